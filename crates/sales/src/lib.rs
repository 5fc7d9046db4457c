//! Sales: what is sold and for how much, the ways in which opportunities are worked on, and the
//! opportunities with all that they ever were.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`products`] | what is sold |
//! | [`price_books`] | lists of prices |
//! | [`pipelines`] | ways to work on opportunities, and the ones that come with the program |
//! | [`stages`] | the steps of a pipeline |
//! | [`opportunities`] | from the first contact to won, lost or given up |

pub mod opportunities;
pub mod pipelines;
pub mod price_books;
pub mod problems;
pub mod products;
mod rules;
pub mod stages;

use guanxi_storage::Kind;

pub use problems::PROBLEMS;

/// The resources of this crate.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        &products::PRODUCT,
        &price_books::PRICE_BOOK,
        &price_books::PRICE_BOOK_ENTRY,
        &pipelines::PIPELINE,
        &stages::STAGE,
        &opportunities::OPPORTUNITY,
    ]
}

#[cfg(test)]
mod tests {
    use guanxi_kernel::input;
    use guanxi_storage::Resource;

    /// The example can be read, and a record that was written is read back as it was: what a merge
    /// patch relies on.
    fn example_is_read_back<R: Resource>()
    where
        R::Input: PartialEq + std::fmt::Debug,
    {
        let input: R::Input = input::read(R::example()).unwrap();
        let again = input::read(serde_json::to_value(&input).unwrap()).unwrap();
        assert_eq!(input, again);
    }

    #[test]
    fn examples_are_valid_and_inputs_are_read_back_as_written() {
        example_is_read_back::<crate::products::Product>();
        example_is_read_back::<crate::price_books::PriceBook>();
        example_is_read_back::<crate::price_books::PriceBookEntry>();
        example_is_read_back::<crate::pipelines::Pipeline>();
        example_is_read_back::<crate::stages::Stage>();
        example_is_read_back::<crate::opportunities::Opportunity>();
    }
}
