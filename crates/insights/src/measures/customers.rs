//! Measures of what customers bought and of how long they stay.

guanxi_kernel::measures! {
    CUSTOMERS = Count "customers" v 1 ("Customers", "客户数")
        ("Number of parties that the row is about.", "该行统计的客户数。") of ["parties"];
    PURCHASED = Amount "purchased" v 1 ("Purchases", "购买金额")
        ("Sum of orders and signed contracts in the period; what came back lowers it.", "期内订单与已签合同金额之和,退货抵减。") of ["orders", "contracts"];
    PURCHASED_EXACTLY = Number "purchased_exactly" v 1 ("Purchases, exactly", "购买金额(精确)")
        ("purchased before it is rounded to the currency.", "按币种舍入前的购买金额。") of ["orders", "contracts"];
    PURCHASES = Count "purchases" v 1 ("Number of purchases", "购买次数")
        ("Number of orders of which something was bought, and of signed contracts.", "有购买的订单数与已签合同数之和。") of ["orders", "contracts"];
    PURCHASE_AGE = Days "purchase_age" v 1 ("Days since the last purchase", "距最近购买天数")
        ("Days from the last purchase to the day of the instant.", "最近购买日期至统计当日的天数。") of ["orders", "contracts"];
    PURCHASE_AGE_MONTHS = Number "purchase_age_months" v 1 ("Months since the last purchase", "距最近购买月数")
        ("Whole months of the same span.", "同一时段的整月数。") of ["orders", "contracts"];
    RECENCY_SCORE = Number "recency_score" v 1 ("R", "R")
        ("Fifth by how lately somebody bought, 5 the latest.", "按最近购买时间分五等,5为最近。") of ["orders", "contracts"];
    FREQUENCY_SCORE = Number "frequency_score" v 1 ("F", "F")
        ("Fifth by the number of purchases, 5 the most.", "按购买次数分五等,5为最多。") of ["orders", "contracts"];
    MONETARY_SCORE = Number "monetary_score" v 1 ("M", "M")
        ("Fifth by the sum of purchases, 5 the greatest.", "按购买金额分五等,5为最高。") of ["orders", "contracts"];
    SHARE_OF_PURCHASES = Ratio "share_of_purchases" v 1 ("Share", "占比")
        ("purchased of the row ÷ that of all rows.", "该行购买金额 ÷ 全部购买金额。") of ["orders", "contracts"];
    CUMULATIVE_SHARE = Ratio "cumulative_share" v 1 ("Cumulative share", "累计占比")
        ("Sum of share_of_purchases of this row and those before it.", "该行及以前各行占比之和。") of ["orders", "contracts"];
    TIMES_NEXT = Ratio "times_next" v 1 ("Times the next", "相对下一等分倍数")
        ("purchased of the row ÷ that of the next one.", "该行购买金额 ÷ 下一行购买金额。") of ["orders", "contracts"];
    SIGNED = Amount "signed" v 1 ("Signed", "签约净额")
        ("Net amounts of the contracts that customers have signed.", "客户已签合同净额之和。") of ["contracts"];
    SIGNED_SHARE = Ratio "signed_share" v 1 ("Of the whole", "占签约总额比例")
        ("signed of these customers ÷ that of all.", "这些客户签约净额 ÷ 全部签约净额。") of ["contracts"];
    PURCHASE_MARGIN = Amount "purchase_margin" v 1 ("Gross margin", "毛利")
        ("purchased − direct_cost, where any cost was told.", "购买金额 − 直接成本(有成本记录者)。") of ["orders", "contracts"];
    PURCHASE_GROWTH = Ratio "purchase_growth" v 1 ("Growth", "增长率")
        ("(purchased of the last 365 days − that of the 365 days before) ÷ the latter.", "(近365天购买金额 − 此前365天购买金额)÷ 此前365天购买金额。") of ["orders", "contracts"];
    RECOMMENDED = Count "recommended" v 1 ("Referrals", "转介绍数")
        ("Number of parties that the customer has recommended.", "客户转介绍的对象数。") of ["referrals"];
    CUSTOMER_RANK = Number "customer_rank" v 2 ("Rank", "名次")
        ("1 and the number of customers with a greater figure; equal ones share a rank, those without a figure are last.", "指标更大的客户数加1,相同者并列,无指标者排最后。") of ["orders", "contracts", "receipts", "referrals", "activities", "parties"];
    COMPOSITE_SCORE = Ratio "composite_score" v 2 ("Score", "综合得分")
        ("Weighted sum, over the angles that are named, of (customers − rank) ÷ (customers − 1); 0 without a figure.", "所选角度(客户数 − 名次)÷(客户数 − 1)的加权和,无指标得0。") of ["orders", "contracts", "receipts", "referrals", "activities", "parties"];
    COMPOSITE_VALUE = Amount "composite_value" v 1 ("Value", "综合价值")
        ("weighed_purchases − weighed_costs.", "加权购买额 − 加权费用。") of ["orders", "contracts", "activities"];
    WEIGHED_PURCHASES = Amount "weighed_purchases" v 1 ("Weighed purchases", "加权购买额")
        ("Sum of amounts, each × 0.5 to the power of its age ÷ half-life.", "Σ 金额 × 0.5^(距今/半衰期)。") of ["orders", "contracts"];
    WEIGHED_COSTS = Amount "weighed_costs" v 1 ("Weighed costs", "加权费用")
        ("The same sum of what was spent on the customer.", "对客户费用的同样加权和。") of ["activities"];
    VOLATILITY = Number "volatility" v 1 ("Coefficient of variation", "变异系数")
        ("Standard deviation of purchases by month ÷ their mean.", "各月购买额标准差 ÷ 均值。") of ["orders", "contracts"];
    BEST_YEAR = Amount "best_year" v 1 ("Best twelve months", "最好年度金额")
        ("The greatest sum of purchases of any twelve months.", "任意连续十二个月购买额的最大值。") of ["orders", "contracts"];
    LAST_YEAR = Amount "last_year" v 1 ("Last twelve months", "最近年度金额")
        ("Sum of purchases of the last twelve months.", "最近十二个月购买额。") of ["orders", "contracts"];
    DIRECT_COST = Amount "direct_cost" v 1 ("Direct cost", "直接成本")
        ("Cost of what was bought.", "所购商品的成本。") of ["orders", "contracts"];
    COST_TO_SERVE = Amount "cost_to_serve" v 1 ("Cost to serve", "服务成本")
        ("What activities with the customer have cost.", "与客户往来活动的费用。") of ["activities"];
    CONTRIBUTION = Amount "contribution" v 1 ("Contribution", "贡献额")
        ("purchased − direct_cost − cost_to_serve.", "购买金额 − 直接成本 − 服务成本。") of ["orders", "contracts", "activities"];
    RETURN_ON_EFFORT = Ratio "return_on_effort" v 1 ("Return on effort", "单位投入回报")
        ("contribution ÷ cost_to_serve.", "贡献额 ÷ 服务成本。") of ["orders", "contracts", "activities"];
    FLOW_OPENING = Count "flow_opening" v 1 ("Opening", "期初客户")
        ("Customers at the beginning of the month.", "月初客户数。") of ["orders", "contracts"];
    FLOW_NEW = Count "flow_new" v 1 ("New", "新增客户")
        ("Customers who bought for the first time.", "首次购买的客户数。") of ["orders", "contracts"];
    FLOW_RETURNED = Count "flow_returned" v 1 ("Returned", "回流客户")
        ("Lost customers who bought again.", "流失后再次购买的客户数。") of ["orders", "contracts"];
    FLOW_LOST = Count "flow_lost" v 1 ("Lost", "流失客户")
        ("Customers who have bought nothing for so long.", "超过设定时间未购买的客户数。") of ["orders", "contracts"];
    FLOW_CLOSING = Count "flow_closing" v 1 ("Closing", "期末客户")
        ("flow_opening + flow_new + flow_returned − flow_lost.", "期初 + 新增 + 回流 − 流失。") of ["orders", "contracts"];
    RETENTION = Ratio "retention" v 1 ("Retention", "保有率")
        ("Customers at both ends of the month ÷ flow_opening.", "期初期末均在的客户 ÷ 期初。") of ["orders", "contracts"];
    DECLINE_CASES = Count "decline_cases" v 1 ("Cases", "衰退案例数")
        ("Number of closed retention cases.", "已结案的挽留案例数。") of ["retention-cases"];
    DECLINE_AMOUNT = Amount "decline_amount" v 1 ("Amount at stake", "涉及金额")
        ("Sum of what was still to be earned with these customers.", "这些客户剩余价值之和。") of ["retention-cases"];
    KEPT = Ratio "kept" v 1 ("Kept", "挽留成功率")
        ("Cases whose customer was kept ÷ decline_cases.", "挽留成功案例 ÷ 案例数。") of ["retention-cases"];
    SERVICE_REQUESTS = Count "service_requests" v 1 ("Requests", "服务请求数")
        ("Number of service requests that have come.", "收到的服务请求数。") of ["service-requests"];
    REQUESTS_ANSWERED = Count "requests_answered" v 1 ("Answered", "已响应数")
        ("Of service_requests: accepted, or resolved at once.", "已受理或直接解决的服务请求数。") of ["service-requests"];
    VERIFIED_CUSTOMERS = Count "verified_customers" v 1 ("Verified", "期内核实数")
        ("Of customers: what is known was verified by a stocktake within the days.", "期内经盘点核实的客户数。") of ["parties", "stocktakes"];
    STALE_CUSTOMERS = Count "stale_customers" v 1 ("Stale", "陈旧数")
        ("customers − verified_customers.", "客户数 − 期内核实数。") of ["parties", "stocktakes"];
    FRESHNESS = Ratio "freshness" v 1 ("Freshness", "新鲜度")
        ("verified_customers ÷ customers.", "期内核实数 ÷ 客户数。") of ["parties", "stocktakes"];
    SERVICE_DELIVERIES = Count "service_deliveries" v 1 ("Delivered", "交付数")
        ("Number of service transfers of deliveries on these days.", "所选日期内交付的客户档案移交数。") of ["service-transfers"];
    TRANSFERS_ACCEPTED = Count "transfers_accepted" v 1 ("Accepted", "已接收数")
        ("Of service_deliveries: accepted by service.", "服务部已接收数。") of ["service-transfers"];
    TRANSFERS_OVERDUE = Count "transfers_overdue" v 1 ("Overdue", "超期未接收数")
        ("Of service_deliveries: not accepted, and their last day is past.", "超过期限仍未接收数。") of ["service-transfers"];
    TRANSFERS_IN_TIME = Ratio "transfers_in_time" v 1 ("Accepted in time", "接收及时率")
        ("Accepted by their last day ÷ those with a last day that were accepted or are past it.", "按期接收 ÷ 有期限且已接收或已超期。") of ["service-transfers"];
    TRANSFER_HOURS = Hours "transfer_hours" v 1 ("Median hours to acceptance", "接收用时中位数")
        ("Median of the hours from the delivery to the acceptance.", "交付至接收的小时数中位数。") of ["service-transfers"];
    TRANSFER_HOURS_P90 = Hours "transfer_hours_p90" v 1 ("90th percentile of hours to acceptance", "接收用时第 90 百分位")
        ("90th percentile of the hours from the delivery to the acceptance, by the nearest rank.", "交付至接收的小时数第 90 百分位(最近秩法)。") of ["service-transfers"];
    MARGIN_GOAL = Ratio "margin_goal" v 1 ("Margin goal", "目标毛利率")
        ("The margin that is to be reached, as the cell of value and life cycle said.", "矩阵单元所定的目标毛利率。") of ["life-cycle-entries", "life-cycle-cells"];
    MARGIN_BEFORE = Ratio "margin_before" v 1 ("Margin before", "此前毛利率")
        ("(purchased − direct_cost) ÷ purchased of the months before somebody came into a cell, where a cost was told.", "进入单元前若干月(购买金额 − 直接成本)÷ 购买金额,仅计有成本记录者。") of ["orders", "contracts", "life-cycle-entries"];
    MARGIN_AFTER = Ratio "margin_after" v 1 ("Margin after", "此后毛利率")
        ("The same of the months since.", "进入单元后若干月的同一比率。") of ["orders", "contracts", "life-cycle-entries"];
    DEPARTED_CUSTOMERS = Count "departed_customers" v 1 ("Handed over", "移交客户数")
        ("Customers on completed hand-overs of people who have left, whose days are over.", "离职移交中期限已满的客户数。") of ["handovers", "handover-lines", "orders", "contracts"];
    DEPARTED_KEPT = Count "departed_kept" v 1 ("Kept", "保留数")
        ("Of departed_customers: bought something in the days.", "期限内再次购买的客户数。") of ["handovers", "handover-lines", "orders", "contracts"];
    DEPARTED_LOST = Count "departed_lost" v 1 ("Lost", "流失数")
        ("departed_customers − departed_kept.", "移交客户数 − 保留数。") of ["handovers", "handover-lines", "orders", "contracts"];
    DEPARTED_ATTRITION = Ratio "departed_attrition" v 1 ("Attrition", "流失率")
        ("departed_lost ÷ departed_customers.", "流失数 ÷ 移交客户数。") of ["handovers", "handover-lines", "orders", "contracts"];
    DEPARTED_AMOUNT = Amount "departed_amount" v 1 ("Amount lost", "流失金额")
        ("What the lost had bought in the 365 days before the hand-over.", "流失客户移交前365天的购买金额。") of ["handovers", "handover-lines", "orders", "contracts"];
    DEPARTED_PENDING = Count "departed_pending" v 1 ("Days not over", "期限未满数")
        ("Customers on such hand-overs whose days are not over.", "离职移交中期限未满的客户数。") of ["handovers", "handover-lines", "orders", "contracts"];
    REFERRAL_REFUSALS = Count "referral_refusals" v 1 ("Refusals", "拒绝次数")
        ("Requests for referrals that customers refused for the reason.", "客户以该原因拒绝推介的次数。") of ["referral-requests"];
    REFERRAL_REFUSAL_SHARE = Ratio "referral_refusal_share" v 1 ("Share of the reason", "原因占比")
        ("referral_refusals ÷ those of all reasons.", "该原因拒绝次数 ÷ 全部拒绝次数。") of ["referral-requests"];
    RESPONSE_IN_TIME = Ratio "response_in_time" v 1 ("Answered in time", "响应及时率")
        ("Answered in time ÷ those with a time that were answered or are late.", "按时响应 ÷ 有时限且已响应或已超时。") of ["service-requests", "service-levels"];
    RESPONSE_MINUTES = Minutes "response_minutes" v 1 ("Median minutes to the answer", "响应用时中位数")
        ("Median of the working minutes from coming to the answer.", "收到至响应的工作分钟中位数。") of ["service-requests", "work-calendars"];
    REQUESTS_RESOLVED = Count "requests_resolved" v 1 ("Resolved", "已解决数")
        ("Of service_requests: resolved.", "已解决的服务请求数。") of ["service-requests"];
    RESOLUTION_IN_TIME = Ratio "resolution_in_time" v 1 ("Resolved in time", "解决及时率")
        ("Resolved in time ÷ those with a time that were resolved or are late.", "按时解决 ÷ 有时限且已解决或已超时。") of ["service-requests", "service-levels"];
    RESOLUTION_MINUTES = Minutes "resolution_minutes" v 1 ("Median minutes to the solution", "解决用时中位数")
        ("Median of the working minutes to the solution, without those of waiting.", "收到至解决的工作分钟中位数,不含等待客户时间。") of ["service-requests", "work-calendars"];
    POLICY_PASSING = Count "policy_passing" v 1 ("Passing", "符合数")
        ("Number of customers that satisfy the rule of the base policy.", "符合基盘管理规则的客户数。") of ["parties", "activities", "stocktakes"];
    POLICY_FAILING = Count "policy_failing" v 1 ("Failing", "不符合数")
        ("customers − policy_passing.", "客户数 − 符合数。") of ["parties", "activities", "stocktakes"];
    POLICY_SHARE = Ratio "policy_share" v 1 ("Share", "符合率")
        ("policy_passing ÷ customers.", "符合数 ÷ 客户数。") of ["parties", "activities", "stocktakes"];
    SOURCED_PARTIES = Count "sourced_parties" v 1 ("Parties", "来源客户数")
        ("Number of parties that are in the base from the source.", "来自该基盘来源的客户数。") of ["customer-sources"];
    SOURCED_CUSTOMERS = Count "sourced_customers" v 1 ("Customers", "现为客户数")
        ("Of sourced_parties: have the role of a customer.", "来源客户中现为客户者。") of ["customer-sources", "parties"];
    SOURCED_SHARE = Ratio "sourced_share" v 1 ("Share of customers", "客户占比")
        ("sourced_customers ÷ sourced_parties.", "现为客户数 ÷ 来源客户数。") of ["customer-sources", "parties"];
    OWN_CONTACTS = Count "own_contacts" v 1 ("Own contacts", "私有客户总数")
        ("Number of parties that are or were contacts of a consultant's own.", "现为或曾为销售顾问私有客户的数量。") of ["parties"];
    CONTACTS_CONVERTED = Count "contacts_converted" v 1 ("Brought in", "已转入数")
        ("Of own_contacts: belong to the company.", "私有客户中已转入基盘者。") of ["parties"];
    CONTACTS_PRIVATE = Count "contacts_private" v 1 ("Private still", "仍为私有数")
        ("own_contacts − contacts_converted.", "私有客户总数 − 已转入数。") of ["parties"];
    CONTACT_CONVERSION = Ratio "contact_conversion" v 1 ("Brought in of all", "转入率")
        ("contacts_converted ÷ own_contacts.", "已转入数 ÷ 私有客户总数。") of ["parties"];
    CHANNEL_PURCHASE_SHARE = Ratio "channel_purchase_share" v 1 ("Share of purchases", "次数占比")
        ("purchases of the channel mode ÷ those of all.", "该渠道模式购买次数 ÷ 全部购买次数。") of ["orders", "contracts"];
}
