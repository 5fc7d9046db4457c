//! Measures of events, offers and people who come by, and of which of them the figures of reports on these are.

use super::Figure;

guanxi_kernel::measures! {
    NOTIFIED = Count "notified" v 1 ("Notified", "通知人数")
        ("Customers to whom something was sent under a source code, each once.", "经该源代码收到通知的客户数(去重)。") of ["touches"];
    CAME_AFTER_NOTICE = Count "came_after_notice" v 1 ("Came after a notice", "通知后到店人数")
        ("Of notified: with a reception that was done, or a walk-in, within the days after it was first sent to them.", "收到通知后若干天内有已完成接待或到店客流记录的客户数。") of ["touches", "activities", "walk-ins"];
    STORE_VISIT_RATE = Ratio "store_visit_rate" v 1 ("Store-visit rate", "到店率")
        ("came_after_notice ÷ notified.", "通知后到店人数 ÷ 通知人数。") of ["touches", "activities", "walk-ins"];
    WALK_IN_PEOPLE = Count "walk_in_people" v 1 ("Walk-ins", "到店客流人数")
        ("Sum of the people of walk-ins.", "到店客流人数之和。") of ["walk-ins"];
    WALK_IN_CUSTOMERS = Count "walk_in_customers" v 1 ("Known walk-ins", "已识别到店客户数")
        ("Customers whom walk-ins name, each once.", "到店客流中已识别的客户数(去重)。") of ["walk-ins"];
    WALK_IN_SHARE = Ratio "walk_in_share" v 1 ("Share of walk-ins", "到店客流占比")
        ("walk_in_people ÷ that of all of the time.", "到店客流人数 ÷ 期间总人数。") of ["walk-ins"];
    OFFERED = Count "offered" v 1 ("Offered", "优惠发放客户数")
        ("Parties that are members of the campaign of the offer, each once.", "优惠所属活动的成员客户数(去重)。") of ["offers", "campaign-members"];
    REDEMPTIONS = Count "redemptions" v 1 ("Redemptions", "兑换次数")
        ("How often the offer was redeemed.", "优惠被兑换的次数。") of ["offer-redemptions"];
    REDEEMERS = Count "redeemers" v 1 ("Redeemers", "兑换客户数")
        ("Parties that have redeemed the offer, each once.", "兑换过该优惠的客户数(去重)。") of ["offer-redemptions"];
    REDEEMERS_OFFERED = Count "redeemers_offered" v 1 ("Redeemers offered", "成员兑换客户数")
        ("Of offered: have redeemed it.", "优惠发放客户中已兑换者。") of ["offer-redemptions", "campaign-members"];
    REDEMPTION_RATE = Ratio "redemption_rate" v 1 ("Redemption rate", "兑换率")
        ("redeemers_offered ÷ offered.", "成员兑换客户数 ÷ 优惠发放客户数。") of ["offer-redemptions", "campaign-members"];
    CAMPAIGNS_BEGUN = Count "campaigns_begun" v 1 ("Campaigns begun", "已启动活动数")
        ("Number of campaigns that were started and not cancelled.", "已启动且未取消的市场活动数。") of ["campaigns"];
    MEMBERS = Count "campaign_members" v 1 ("Invited", "邀请人数")
        ("Members of campaigns in whatever status, once for each campaign.", "活动成员数(任意状态),每活动各计一次。") of ["campaign-members"];
    REGISTERED = Count "registered_members" v 1 ("Registered", "报名人数")
        ("Members who have registered or came.", "已报名或出席(含报名未到)的成员数。") of ["campaign-members"];
    ATTENDED = Count "attended_members" v 1 ("Came", "出席人数")
        ("Members who came.", "出席的成员数。") of ["campaign-members"];
    ATTENDANCE_RATE = Ratio "attendance_rate" v 1 ("Came of invited", "邀请出席率")
        ("attended_members ÷ campaign_members.", "出席人数 ÷ 邀请人数。") of ["campaign-members"];
    ATTENDANCE_OF_REGISTERED = Ratio "attendance_of_registered" v 1 ("Came of registered", "报名出席率")
        ("attended_members ÷ registered_members.", "出席人数 ÷ 报名人数。") of ["campaign-members"];
    CAMPAIGN_RESPONDERS = Count "campaign_responders" v 1 ("Responders of campaigns", "活动反馈人数")
        ("People who have answered a campaign, once for each campaign.", "对活动作出反馈的人数,每活动各计一次。") of ["responses"];
}

/// The figures of each of these reports.
pub(super) static FIGURES: &[(&str, &[Figure])] = &[
    (
        "store-visits",
        &[
            ("notified", &NOTIFIED),
            ("visited", &CAME_AFTER_NOTICE),
            ("store_visit_rate", &STORE_VISIT_RATE),
        ],
    ),
    (
        "walk-ins",
        &[
            ("people", &WALK_IN_PEOPLE),
            ("customers", &WALK_IN_CUSTOMERS),
            ("people_share", &WALK_IN_SHARE),
        ],
    ),
    (
        "offer-redemption",
        &[
            ("offered", &OFFERED),
            ("redemptions", &REDEMPTIONS),
            ("redeemers", &REDEEMERS),
            ("redeemers_offered", &REDEEMERS_OFFERED),
            ("redemption_rate", &REDEMPTION_RATE),
        ],
    ),
    (
        "campaign-departments",
        &[
            ("campaigns", &CAMPAIGNS_BEGUN),
            ("members", &MEMBERS),
            ("registered", &REGISTERED),
            ("attended", &ATTENDED),
            ("attendance_rate", &ATTENDANCE_RATE),
            ("attendance_of_registered", &ATTENDANCE_OF_REGISTERED),
            ("responders", &CAMPAIGN_RESPONDERS),
            ("cost", &super::marketing::CAMPAIGN_COST),
        ],
    ),
];
