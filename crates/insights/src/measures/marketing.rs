//! Measures of campaigns and of what comes back through media.

guanxi_kernel::measures! {
    CAMPAIGNS_RUNNING = Count "campaigns_running" v 1 ("Campaigns", "活动数")
        ("Number of campaigns that have days in the time and were not cancelled.", "期间内有活动日且未取消的市场活动数。") of ["campaigns"];
    CAMPAIGNS_STARTING = Count "campaigns_starting" v 1 ("Campaigns starting", "启动活动数")
        ("Number of those of them that begin in the time.", "其中在期间内开始的市场活动数。") of ["campaigns"];
    CAMPAIGN_BUDGET = Amount "campaign_budget" v 1 ("Budget", "活动预算")
        ("Budgets of campaigns, each divided over its months by their days.", "活动预算按各月天数分摊后之和。") of ["campaigns"];
    CAMPAIGN_OPPORTUNITIES = Count "campaign_opportunities" v 1 ("Opportunities of campaigns", "活动商机数")
        ("Number of opportunities that name the campaign.", "关联该活动的商机数。") of ["campaigns", "opportunities"];
    CAMPAIGN_OPPORTUNITY_AMOUNT = Amount "campaign_opportunity_amount" v 1 ("Amount of opportunities", "活动商机金额")
        ("Their amounts, each by the weight of the campaign.", "按活动权重分摊的商机金额。") of ["campaigns", "opportunities"];
    CAMPAIGN_CONTRACTS = Count "campaign_contracts" v 1 ("Contracts of campaigns", "活动合同数")
        ("Number of contracts that name the campaign.", "关联该活动的合同数。") of ["campaigns", "contracts"];
    CAMPAIGN_CONTRACT_AMOUNT = Amount "campaign_contract_amount" v 1 ("Amount of contracts", "活动合同金额")
        ("Their amounts, each by the weight of the campaign.", "按活动权重分摊的合同金额。") of ["campaigns", "contracts"];
    CAMPAIGN_COST = Amount "campaign_cost" v 1 ("Cost", "活动费用")
        ("Sum of the expenses of the campaign.", "活动费用之和。") of ["campaign-expenses"];
    ROI = Ratio "roi" v 1 ("ROI", "投资回报率")
        ("(margin of contracts − campaign_cost) ÷ campaign_cost.", "(合同毛利 − 活动费用)÷ 活动费用。") of ["campaigns", "contracts", "campaign-expenses"];
    EXPENSE_TO_REVENUE = Ratio "expense_to_revenue" v 1 ("E:R", "费用收入比")
        ("campaign_cost ÷ campaign_contract_amount.", "活动费用 ÷ 活动合同金额。") of ["campaigns", "contracts", "campaign-expenses"];
    SOURCE_CODES = Count "source_codes" v 1 ("Source codes", "源代码数")
        ("Number of source codes.", "源代码个数。") of ["source-codes"];
    REACHED_CONTACTS = Count "reached_contacts" v 1 ("Reached", "触达人数")
        ("Distinct people whom something reached under these codes.", "经这些源代码触达的人数(去重)。") of ["touches", "campaign-members"];
    SENT = Count "sent" v 1 ("Sent", "发送人数")
        ("Distinct people to whom something was sent.", "发送的人数(去重)。") of ["touches"];
    DELIVERED = Count "delivered" v 1 ("Delivered", "到达人数")
        ("Distinct people to whom it was delivered.", "到达的人数(去重)。") of ["touches"];
    OPENED = Count "opened" v 1 ("Opened", "打开人数")
        ("Distinct people who opened it.", "打开的人数(去重)。") of ["touches"];
    CLICKED = Count "clicked" v 1 ("Clicked", "点击人数")
        ("Distinct people who clicked in it.", "点击的人数(去重)。") of ["touches"];
    VISITED = Count "visited" v 1 ("Visited", "访问人数")
        ("Distinct people who visited.", "访问的人数(去重)。") of ["touches"];
    RESPONSES = Count "responses" v 1 ("Responses", "反馈数")
        ("Number of responses.", "反馈条数。") of ["responses"];
    RESPONDERS = Count "responders" v 1 ("Responders", "反馈人数")
        ("Distinct people who responded.", "反馈的人数(去重)。") of ["responses"];
    BUYERS = Count "buyers" v 1 ("Buyers", "购买人数")
        ("Distinct people who bought.", "购买的人数(去重)。") of ["responses", "touches"];
    DELIVERY_RATE = Ratio "delivery_rate" v 1 ("Delivery rate", "到达率")
        ("delivered ÷ sent.", "到达 ÷ 发送。") of ["touches"];
    OPEN_RATE = Ratio "open_rate" v 1 ("Open rate", "打开率")
        ("opened ÷ delivered.", "打开 ÷ 到达。") of ["touches"];
    CLICK_RATE = Ratio "click_rate" v 1 ("Click rate", "点击率")
        ("clicked ÷ opened.", "点击 ÷ 打开。") of ["touches"];
    VISIT_RATE = Ratio "visit_rate" v 1 ("Visit rate", "访问率")
        ("visited ÷ reached_contacts.", "访问 ÷ 触达。") of ["touches"];
    RESPONSE_RATE = Ratio "response_rate" v 1 ("Response rate", "反馈率")
        ("responders ÷ reached_contacts.", "反馈人数 ÷ 触达人数。") of ["responses", "touches"];
    CONVERSION_RATE = Ratio "conversion_rate" v 1 ("Conversion rate", "转换率")
        ("buyers ÷ responders.", "购买人数 ÷ 反馈人数。") of ["responses", "touches"];
    BUYERS_OF_CONTACTS = Ratio "buyers_of_contacts" v 1 ("Buyers of reached", "触达购买率")
        ("buyers ÷ reached_contacts.", "购买人数 ÷ 触达人数。") of ["responses", "touches"];
    CARTS_STARTED = Count "carts_started" v 1 ("Carts started", "购物车创建数")
        ("Number of carts that were begun.", "开始的购物车数。") of ["carts"];
    CARTS_COMPLETED = Count "carts_completed" v 1 ("Carts completed", "购物车完成数")
        ("Number of them that were bought.", "其中完成购买的数量。") of ["carts"];
    CARTS_ABANDONED = Count "carts_abandoned" v 1 ("Carts abandoned", "购物车放弃数")
        ("Number of them with a pause of the idle minutes, also if they were bought later.", "其中闲置超过设定分钟数的数量,含其后完成者。") of ["carts"];
    CARTS_RECOVERED = Count "carts_recovered" v 1 ("Carts recovered", "购物车挽回数")
        ("Number of abandoned carts that were bought later.", "放弃后又完成购买的数量。") of ["carts"];
    CART_ABANDONMENT_RATE = Ratio "cart_abandonment_rate" v 1 ("Cart abandonment rate", "购物车弃用率")
        ("carts_abandoned ÷ carts_started.", "放弃数 ÷ 创建数。") of ["carts"];
    CART_RECOVERY_RATE = Ratio "cart_recovery_rate" v 1 ("Cart recovery rate", "购物车挽回率")
        ("carts_recovered ÷ carts_abandoned.", "挽回数 ÷ 放弃数。") of ["carts"];
    ABANDONED_CART_VALUE = Amount "abandoned_cart_value" v 1 ("Abandoned value", "放弃金额")
        ("Sum of what is in abandoned carts.", "放弃的购物车金额之和。") of ["carts"];
    RECOVERED_CART_VALUE = Amount "recovered_cart_value" v 1 ("Recovered value", "挽回金额")
        ("Sum of what is in recovered carts.", "挽回的购物车金额之和。") of ["carts"];
}
