//! Whether what is known of a customer is enough to tell its value.

guanxi_kernel::words! {
    /// How certain the value of a customer is.
    pub enum ValueConfidence {
        /// It has bought too seldom.
        Low = "low" ("Low", "低"),
        /// It has bought often enough.
        Sufficient = "sufficient" ("Sufficient", "充分"),
    }
}

/// From how many purchases on a value is certain enough, where a company says nothing.
const PURCHASES: i64 = 3;

/// How certain the value of a customer is that has bought so often, where a company wants so many purchases.
pub fn value_confidence(purchases: i64, wanted: Option<i64>) -> ValueConfidence {
    match purchases < wanted.unwrap_or(PURCHASES) {
        true => ValueConfidence::Low,
        false => ValueConfidence::Sufficient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_14_fewer_purchases_than_the_set_number_make_a_value_uncertain() {
        let [low, sufficient] = [ValueConfidence::Low, ValueConfidence::Sufficient];
        assert_eq!([2, 3].map(|bought| value_confidence(bought, None)), [low, sufficient]);
        assert_eq!(
            [3, 4, 5].map(|bought| value_confidence(bought, Some(4))),
            [low, sufficient, sufficient]
        );
    }
}
