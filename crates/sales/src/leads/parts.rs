//! What a lead is described by.

guanxi_kernel::words! {
    /// Where a lead came from.
    #[derive(Default)]
    pub enum LeadSource {
        /// A campaign of marketing.
        Campaign = "campaign" ("Campaign", "市场活动"),
        /// Found by the sales person.
        SelfFound = "self" ("Own prospecting", "销售员自行开拓"),
        /// Somebody recommended the company.
        Referral = "referral" ("Referral", "推荐"),
        /// The web site.
        Website = "website" ("Web site", "网站"),
        /// Came into the shop.
        WalkIn = "walk_in" ("Walk-in", "来店"),
        /// Called.
        PhoneIn = "phone_in" ("Phone-in", "来电"),
        /// Met at an exhibition.
        Exhibition = "exhibition" ("Exhibition", "展会"),
        /// A partner brought it.
        Partner = "partner" ("Partner", "合作伙伴"),
        /// A list that was bought or found.
        Import = "import" ("Import", "导入"),
        /// Anything else, or unknown.
        #[default]
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// How well a lead fits what the company sells.
    pub enum LeadGrade {
        /// Fits in every way.
        Excellent = "excellent" ("Excellent", "优"),
        /// Fits.
        Good = "good" ("Good", "良"),
        /// Fits in part.
        Fair = "fair" ("Fair", "中"),
        /// Hardly fits.
        Poor = "poor" ("Poor", "差"),
    }
}

guanxi_kernel::words! {
    /// What was found of a lead.
    pub enum LeadQualification {
        /// Worth an opportunity.
        Qualified = "qualified" ("Qualified", "合格"),
        /// Not worth it; it is lost then.
        Disqualified = "disqualified" ("Disqualified", "不合格"),
    }
}

guanxi_kernel::words! {
    /// How a lead came to its owner, or into its pool.
    #[derive(Default)]
    pub enum LeadAssignmentKind {
        /// Made for its owner, or in a pool.
        #[default]
        Created = "created" ("Created", "新建"),
        /// Taken out of a pool.
        Claimed = "claimed" ("Claimed", "领取"),
        /// Given by somebody.
        Transferred = "transferred" ("Transferred", "移交"),
        /// Given back into a pool.
        Released = "released" ("Released", "退回"),
        /// Taken back by the rules of its pool.
        Recycled = "recycled" ("Recycled", "收回"),
        /// Handed to field sales.
        HandedOver = "handed_over" ("Handed to field sales", "移交现场销售"),
        /// Given back by field sales.
        Returned = "returned" ("Given back by field sales", "现场销售退回"),
    }
}

guanxi_kernel::words! {
    /// How the next visit of a lead stands against the cycle of its level.
    #[derive(Default)]
    pub enum VisitState {
        /// There is none to plan: the lead has ended, or nobody has it.
        #[default]
        None = "none" ("None", "无需预定"),
        /// Planned in time.
        Scheduled = "scheduled" ("Scheduled", "已预定"),
        /// Not planned.
        Unscheduled = "unscheduled" ("Unscheduled", "未预定"),
        /// Planned for a day later than the cycle permits, or for one that has passed.
        Late = "late" ("Late", "逾期"),
    }
}
