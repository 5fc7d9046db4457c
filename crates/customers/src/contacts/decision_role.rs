//! What people are in the decisions of their party.

guanxi_kernel::words! {
    /// What a contact is in the decision of the customer.
    pub enum DecisionRole {
        /// Decides.
        DecisionMaker = "decision_maker" ("Decision maker", "决策者"),
        /// Must agree.
        Approver = "approver" ("Approver", "审批者"),
        /// Is listened to.
        Influencer = "influencer" ("Influencer", "影响者"),
        /// Will use it.
        User = "user" ("User", "使用者"),
        /// Lets people through to the others, or not.
        Gatekeeper = "gatekeeper" ("Gatekeeper", "把关者"),
        /// Wants it to happen.
        Champion = "champion" ("Champion", "支持者"),
    }
}
