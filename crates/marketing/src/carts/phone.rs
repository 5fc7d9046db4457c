//! What is noted of a cart on the phone: who may call, whether they have, and what the customer says. Pure.

use super::Cart;
use crate::problems::{BRIEFING_UNREAD, CART_NOT_ABANDONED, NO_PRICE_QUESTION};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, Text, UserId};

guanxi_kernel::words! {
    /// Whether somebody can be called about a cart that was left.
    pub enum CartCallState {
        /// Somebody is to be called.
        Wanted = "wanted" ("To be called", "待致电"),
        /// There is no work phone, and nobody is called at home.
        NotCallable = "not_callable" ("Not callable", "无法致电"),
        /// Somebody has been spoken to.
        Contacted = "contacted" ("Contacted", "已联系"),
    }
}

guanxi_kernel::words! {
    /// Why a cart was left, as the customer says.
    pub enum CartReason {
        /// A question about the price was not answered in time.
        PriceQuestion = "price_question" ("Question about the price", "价格疑问"),
        /// Somebody above must agree first.
        NoAuthority = "no_authority" ("No authority to buy", "需上级批准"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

impl Cart {
    /// Refuses what is done only with carts that were left.
    ///
    /// # Errors
    /// `cart_not_abandoned`.
    pub fn require_left(&self) -> Result<()> {
        match self.abandoned_at {
            Some(_) => Ok(()),
            None => Err(CART_NOT_ABANDONED.problem()),
        }
    }

    /// Somebody has read what to know before they call.
    ///
    /// # Errors
    /// `cart_not_abandoned`.
    pub fn brief(&mut self, by: UserId, now: DateTime<Utc>) -> Result<()> {
        self.require_left()?;
        (self.briefing_read_at, self.briefing_read_by) = (Some(now), Some(by));
        Ok(())
    }

    /// Refuses to call as long as the caller has not read what to know before.
    ///
    /// # Errors
    /// `briefing_unread`.
    pub fn require_briefed(&self, by: UserId) -> Result<()> {
        match self.briefing_read_by == Some(by) {
            true => Ok(()),
            false => Err(BRIEFING_UNREAD.problem()),
        }
    }

    /// The customer was spoken to. Before a cart was left that says nothing.
    pub(super) fn contact(&mut self, at: DateTime<Utc>) {
        if self.abandoned_at.is_some_and(|left| left <= at) {
            self.contacted_at.get_or_insert(at);
            self.call_state = Some(CartCallState::Contacted);
        }
    }

    /// The customer says why it was left. Another reason takes the place of the one before; the answer to a
    /// question stays with it.
    ///
    /// # Errors
    /// `cart_not_abandoned`.
    pub fn give_reason(
        &mut self,
        reason: CartReason,
        note: Option<Text<2000>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.require_left()?;
        if self.reason != Some(reason) {
            (self.price_answer, self.price_answered_at) = (None, None);
            self.reason_at = Some(now);
        }
        (self.reason, self.reason_note) = (Some(reason), note);
        Ok(())
    }

    /// Whether a question about the price waits for its answer.
    pub fn waits_for_price(&self) -> bool {
        self.reason == Some(CartReason::PriceQuestion) && self.price_answered_at.is_none()
    }

    /// The question about the price is answered.
    ///
    /// # Errors
    /// `no_price_question`.
    pub fn answer_price(&mut self, answer: Text<2000>, now: DateTime<Utc>) -> Result<()> {
        if !self.waits_for_price() {
            return Err(NO_PRICE_QUESTION.problem());
        }
        (self.price_answer, self.price_answered_at) = (Some(answer), Some(now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carts::CartInput;
    use chrono::TimeDelta;
    use guanxi_kernel::input;
    use guanxi_storage::{Meta, Resource as _, kind::Parts as _};
    use uuid::Uuid;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    /// One that was left then.
    fn cart(abandoned_at: Option<DateTime<Utc>>) -> Cart {
        let input: CartInput = input::read(Cart::example()).unwrap();
        Cart { abandoned_at, ..Cart::assemble(Meta::blank(), input) }
    }

    #[test]
    fn x_62_a_question_about_the_price_is_answered_once() {
        let say = |text: &str| Text::new(text).unwrap();
        let mut open = cart(None);
        let early = open.give_reason(CartReason::Other, None, at(1));
        assert!(early.unwrap_err().is(&CART_NOT_ABANDONED));
        let mut left = cart(Some(at(30)));
        assert!(left.answer_price(say("九折"), at(41)).unwrap_err().is(&NO_PRICE_QUESTION));
        left.give_reason(CartReason::PriceQuestion, Some(say("含税吗")), at(50)).unwrap();
        left.give_reason(CartReason::PriceQuestion, Some(say("含税吗?")), at(55)).unwrap();
        assert_eq!(left.reason_at, Some(at(50)), "asked once");
        left.answer_price(say("含税"), at(80)).unwrap();
        assert_eq!(left.price_answered_at, Some(at(80)));
        assert!(left.answer_price(say("含税"), at(90)).unwrap_err().is(&NO_PRICE_QUESTION));
        left.give_reason(CartReason::NoAuthority, None, at(95)).unwrap();
        assert_eq!((left.price_answer.as_deref(), left.price_answered_at), (None, None));
    }

    #[test]
    fn x_60_x_64_who_was_spoken_to_was_briefed_and_counts_once_the_cart_was_left() {
        let mut left = cart(Some(at(30)));
        let (me, other) = (UserId::from(Uuid::from_u128(1)), UserId::from(Uuid::from_u128(2)));
        assert!(left.require_briefed(me).unwrap_err().is(&BRIEFING_UNREAD));
        left.brief(me, at(50)).unwrap();
        left.require_briefed(me).unwrap();
        assert!(left.require_briefed(other).unwrap_err().is(&BRIEFING_UNREAD));
        left.contact(at(29));
        assert_eq!(left.contacted_at, None, "before it was left");
        left.contact(at(60));
        left.contact(at(70));
        assert_eq!(left.contacted_at, Some(at(60)));
        assert_eq!(left.call_state, Some(CartCallState::Contacted));
    }
}
