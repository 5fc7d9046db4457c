//! The vocabularies of phone calls.

guanxi_kernel::words! {
    /// Who has called whom.
    pub enum CallDirection {
        /// Somebody has called the company.
        In = "in" ("Incoming", "呼入"),
        /// The company has called somebody.
        Out = "out" ("Outgoing", "呼出"),
    }
}

guanxi_kernel::words! {
    /// How far a call has come.
    #[derive(Default)]
    pub enum CallStatus {
        /// It rings.
        #[default]
        Ringing = "ringing" ("Ringing", "振铃中"),
        /// They speak.
        Answered = "answered" ("Answered", "通话中"),
        /// They have spoken, and what came of it is noted.
        Closed = "closed" ("Closed", "已结束"),
        /// They have not spoken.
        Missed = "missed" ("Missed", "未接通"),
    }
}

guanxi_kernel::words! {
    /// What a call has come to.
    pub enum CallResult {
        /// They have bought.
        Sold = "sold" ("Sold", "成交"),
        /// They are to meet.
        Appointment = "appointment" ("Appointment", "预约"),
        /// They want to hear more.
        Interested = "interested" ("Interested", "有意向"),
        /// They know what they wanted to know.
        Informed = "informed" ("Informed", "已答复咨询"),
        /// They complain.
        Complaint = "complaint" ("Complaint", "投诉"),
        /// They do not want anything.
        NotInterested = "not_interested" ("Not interested", "无意向"),
        /// Nobody has answered.
        NoAnswer = "no_answer" ("No answer", "无人接听"),
        /// The line was busy.
        Busy = "busy" ("Busy", "占线"),
        /// The number is not theirs.
        WrongNumber = "wrong_number" ("Wrong number", "号码错误"),
        /// The caller has hung up before somebody answered.
        HungUp = "hung_up" ("Hung up", "提前挂断"),
    }
}

impl CallResult {
    /// Whether they have spoken.
    pub const fn has_spoken(self) -> bool {
        !matches!(self, Self::NoAnswer | Self::Busy | Self::WrongNumber | Self::HungUp)
    }
}

guanxi_kernel::words! {
    /// A step of the case that a call of a customer is, in their order.
    pub enum CallStep {
        /// It is answered, and what came of it noted.
        Answer = "answer" ("Answer", "接听"),
        /// A reply is mailed.
        MailReply = "mail_reply" ("Reply by mail", "邮件回复"),
        /// Somebody calls back.
        PhoneFollowUp = "phone_follow_up" ("Follow-up by phone", "电话跟进"),
    }
}
