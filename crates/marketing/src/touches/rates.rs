//! Rates of source codes. Nothing here needs a store.

use crate::rate::Rate;
use serde::Serialize;
use utoipa::ToSchema;

/// What came back from everybody who was addressed by some codes; people are counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Members of campaigns who are addressed by them.
    pub assigned: i64,
    /// To whom something was sent.
    pub sent: i64,
    /// To whom on purpose nothing was sent.
    pub held_out: i64,
    /// Whom it has reached.
    pub delivered: i64,
    /// Who has opened it.
    pub opened: i64,
    /// Who has followed something in it.
    pub clicked: i64,
    /// Who came to the site.
    pub visited: i64,
    /// Carts that shops tell; where they tell none, who has filled one.
    pub carts: i64,
    /// Those of them that were left; where shops tell none, who has left one.
    pub abandoned: i64,
    /// Answers.
    pub responses: i64,
    /// Who has answered.
    pub responders: i64,
    /// Who has bought: told by a machine, or by a signed contract.
    pub buyers: i64,
}

impl Counts {
    /// Whom it has reached, as well as that is known: by arrivals, else by what was sent or held out, else
    /// by who is addressed.
    pub fn contacts(&self) -> i64 {
        if self.delivered > 0 {
            return self.delivered;
        }
        match self.sent + self.held_out {
            0 => self.assigned,
            known => known,
        }
    }
}

/// The rates of one or more source codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceCodeRates {
    /// People whom it has reached: by arrivals, else by what was sent or held out, else by who is addressed. People
    /// of one party count one by one, where it is known who was written to; what was told of the party as such, and
    /// letters from before they were told apart, count once for the party.
    pub contacts: i64,
    /// Arrivals by what was sent.
    pub delivery_rate: Rate,
    /// Those who have opened it by arrivals.
    pub open_rate: Rate,
    /// Those who have followed something in it by those who have opened it.
    pub click_rate: Rate,
    /// Those who came to the site by those whom it has reached.
    pub visit_rate: Rate,
    /// Those who have answered, each once, by those whom it has reached.
    pub response_rate: Rate,
    /// Those who have bought by those who have answered.
    pub conversion_rate: Rate,
    /// Those who have bought by those whom it has reached.
    pub buyers_of_contacts: Rate,
    /// Those who have bought by those to whom something was sent.
    pub buyers_of_sent: Rate,
    /// Those who have bought by those who have opened it.
    pub buyers_of_opened: Rate,
    /// Those who have bought by those who have followed something in it.
    pub buyers_of_clicked: Rate,
    /// Carts that were left, also those that were bought after all, by carts that were begun: those that shops tell,
    /// as the report `cart-abandonment` counts them. Of a code of which no shop tells carts: those who have left one
    /// by those who have filled one, as touches tell.
    pub cart_abandonment: Rate,
}

impl From<Counts> for SourceCodeRates {
    fn from(of: Counts) -> Self {
        let contacts = of.contacts();
        Self {
            contacts,
            delivery_rate: Rate::new(of.delivered, of.sent),
            open_rate: Rate::new(of.opened, of.delivered),
            click_rate: Rate::new(of.clicked, of.opened),
            visit_rate: Rate::new(of.visited, contacts),
            response_rate: Rate::new(of.responders, contacts),
            conversion_rate: Rate::new(of.buyers, of.responders),
            buyers_of_contacts: Rate::new(of.buyers, contacts),
            buyers_of_sent: Rate::new(of.buyers, of.sent),
            buyers_of_opened: Rate::new(of.buyers, of.opened),
            buyers_of_clicked: Rate::new(of.buyers, of.clicked),
            cart_abandonment: Rate::new(of.abandoned, of.carts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn rates(counts: Counts) -> Json {
        serde_json::to_value(SourceCodeRates::from(counts)).unwrap()
    }

    #[test]
    fn x_15_x_97_to_x_100_of_a_mailing() {
        let (sent, delivered, opened, clicked, buyers) = (1_000, 900, 270, 54, 9);
        let found = rates(Counts { sent, delivered, opened, clicked, buyers, ..Counts::default() });
        for (rate, value) in [
            ("delivery_rate", "0.9000"),
            ("open_rate", "0.3000"),
            ("click_rate", "0.2000"),
            ("buyers_of_sent", "0.0090"),
            ("buyers_of_opened", "0.0333"),
            ("buyers_of_clicked", "0.1667"),
        ] {
            assert_eq!(found[rate]["value"], json!(value), "{rate}");
        }
    }

    #[test]
    fn x_34_x_93_x_94_of_answers() {
        let found =
            rates(Counts { assigned: 1_000, responders: 30, buyers: 9, ..Counts::default() });
        assert_eq!(found["response_rate"]["value"], json!("0.0300"));
        assert_eq!(found["conversion_rate"]["value"], json!("0.3000"));
        assert_eq!(found["buyers_of_contacts"]["value"], json!("0.0090"));
        let interval = json!({ "from": "0.021094", "to": "0.042503" });
        assert_eq!(found["response_rate"]["interval"], interval);
        assert_eq!(found["contacts"], 1_000);
        assert_eq!(found["open_rate"]["value"], Json::Null);
    }

    #[test]
    fn x_101_of_carts() {
        let found = rates(Counts { carts: 100, abandoned: 50, ..Counts::default() });
        assert_eq!(found["cart_abandonment"]["value"], json!("0.5000"));
    }
}
