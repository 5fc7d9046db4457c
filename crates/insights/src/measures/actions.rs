//! Measures of groups of customers, and of what is done with them.

guanxi_kernel::measures! {
    EFFECT_ACTIVE = Count "effect_active" v 1 ("Active before", "此前活跃客户数")
        ("Customers of the group who had bought in the days before the campaign.", "活动前设定天数内购买过的本组客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_RETAINED = Count "effect_retained" v 1 ("Retained", "保有客户数")
        ("Of effect_active: bought in the time of the campaign too.", "其中活动期间再次购买的客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_RETENTION = Ratio "effect_retention" v 1 ("Retention", "保有率")
        ("effect_retained ÷ effect_active.", "保有客户数 ÷ 此前活跃客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_BUYERS = Count "effect_buyers" v 1 ("Buyers", "购买客户数")
        ("Customers of the group who have bought in the time of the campaign.", "活动期间购买的本组客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_REPEATERS = Count "effect_repeaters" v 1 ("Repeat buyers", "复购客户数")
        ("Of effect_buyers: bought more than once.", "其中购买一次以上的客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_REPEAT_RATE = Ratio "effect_repeat_rate" v 1 ("Repeat rate", "复购率")
        ("effect_repeaters ÷ effect_buyers.", "复购客户数 ÷ 购买客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_BEFORE = Amount "effect_before" v 1 ("Amount before", "此前金额")
        ("purchased of the group in a time of the same length before the campaign.", "活动前等长期间本组购买金额。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_CHANGE = Ratio "effect_change" v 1 ("After by before", "前后比")
        ("purchased of the group ÷ effect_before.", "活动期间购买金额 ÷ 此前金额。") of ["orders", "contracts", "campaigns", "experiments"];
    EFFECT_PER_CUSTOMER = Amount "effect_per_customer" v 1 ("Amount per customer", "人均金额")
        ("purchased of the group ÷ its customers.", "本组购买金额 ÷ 客户数。") of ["orders", "contracts", "campaigns", "experiments"];
    GROUP_SHARE = Ratio "group_share" v 1 ("Share of customers", "客户占比")
        ("Customers of the group ÷ all customers.", "本组客户数 ÷ 全部客户数。") of ["orders", "contracts"];
    GROUP_MEAN = Amount "group_mean" v 1 ("Mean amount", "人均金额")
        ("purchased of the group ÷ its customers.", "本组购买金额 ÷ 本组客户数。") of ["orders", "contracts"];
    GROUP_SPREAD = Ratio "group_spread" v 1 ("Times the next group", "相对下一组倍数")
        ("group_mean ÷ that of the next lower group that has customers.", "本组人均金额 ÷ 下一组(有客户者)人均金额。") of ["orders", "contracts"];
    GROUP_STABILITY = Ratio "group_stability" v 1 ("Stability", "稳定度")
        ("Customers in the group now and one period earlier ÷ those in it one period earlier.", "两期均在本组的客户 ÷ 上期在本组的客户。") of ["orders", "contracts"];
    GRADE_CONVERTED = Count "grade_converted" v 1 ("Converted", "转化数")
        ("Customers of the grade who have bought on a later day than that of their score.", "评分日之后购买的该级客户数。") of ["orders", "contracts", "mining-models"];
    GRADE_CONVERSION = Ratio "grade_conversion" v 1 ("Conversion", "转化率")
        ("grade_converted ÷ customers of the grade.", "转化数 ÷ 该级客户数。") of ["orders", "contracts", "mining-models"];
}
