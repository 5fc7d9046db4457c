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
    CAMPAIGNS_EVALUATED = Count "campaigns_evaluated" v 1 ("Campaigns evaluated", "已评估活动数")
        ("Number of finished campaigns that were evaluated.", "已结束并评估的市场活动数。") of ["campaigns"];
    CAMPAIGN_APPROVAL_HOURS = Hours "campaign_approval_hours" v 1 ("Draft to approved", "草稿至批准")
        ("Hours from when a campaign was made until it was approved as it was started; as a mean or a median.", "活动创建至按启动时内容获批的小时数,取平均或中位。") of ["campaigns"];
    CAMPAIGN_START_HOURS = Hours "campaign_start_hours" v 1 ("Approved to running", "批准至启动")
        ("Hours from that approval until the campaign was started; as a mean or a median.", "获批至启动的小时数,取平均或中位。") of ["campaigns"];
    CAMPAIGN_RUN_HOURS = Hours "campaign_run_hours" v 1 ("Running to finished", "启动至结束")
        ("Hours from the start until the campaign was finished, pauses among them; as a mean or a median.", "启动至结束的小时数(含暂停),取平均或中位。") of ["campaigns"];
    CAMPAIGN_EVALUATION_HOURS = Hours "campaign_evaluation_hours" v 1 ("Finished to evaluated", "结束至评估")
        ("Hours from the end until the campaign was evaluated first; as a mean or a median.", "结束至首次评估的小时数,取平均或中位。") of ["campaigns"];
    CAMPAIGN_CYCLE_HOURS = Hours "campaign_cycle_hours" v 1 ("Draft to evaluated", "活动全程")
        ("Hours from when a campaign was made until it was evaluated first; as a mean or a median.", "活动创建至首次评估的小时数,取平均或中位。") of ["campaigns"];
    CAMPAIGNS_DECIDED = Count "campaigns_decided" v 1 ("Campaigns decided about", "审批活动数")
        ("Number of campaigns about which somebody has decided in an approval.", "有人在审批中作出决定的市场活动数。") of ["approvals", "campaigns"];
    CAMPAIGN_DECISIONS = Count "campaign_decisions" v 1 ("Decisions about campaigns", "活动审批次数")
        ("Number of decisions of people in approvals of campaigns.", "市场活动审批中由人作出的决定次数。") of ["approvals", "campaigns"];
    CAMPAIGN_DECISIONS_FOR = Count "campaign_decisions_for" v 1 ("Agreed", "同意次数")
        ("Number of those of them that agree.", "其中同意的次数。") of ["approvals", "campaigns"];
    CAMPAIGN_DECISIONS_AGAINST = Count "campaign_decisions_against" v 1 ("Not agreed", "拒绝次数")
        ("Number of those of them that do not agree.", "其中拒绝的次数。") of ["approvals", "campaigns"];
    CAMPAIGN_COMMENTS = Count "campaign_comments" v 1 ("Comments on campaigns", "活动意见数")
        ("Number of those of them that say something to it.", "其中附有意见的次数。") of ["approvals", "campaigns"];
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
    CARTS_CONTACTED = Count "carts_contacted" v 1 ("Carts contacted", "已联系购物车数")
        ("Number of abandoned carts about which somebody has spoken to the customer.", "放弃后已与客户通话的购物车数。") of ["carts", "phone-calls"];
    CONTACTED_CARTS_RECOVERED = Count "contacted_carts_recovered" v 1 ("Recovered of contacted", "联系后挽回数")
        ("Of carts_contacted: bought since.", "已联系中其后完成购买的数量。") of ["carts", "phone-calls"];
    CONTACTED_RECOVERY_RATE = Ratio "contacted_recovery_rate" v 1 ("Recovery rate of contacted", "联系后挽回率")
        ("contacted_carts_recovered ÷ carts_contacted.", "联系后挽回数 ÷ 已联系数。") of ["carts", "phone-calls"];
    CARTS_WITH_REASON = Count "carts_with_reason" v 1 ("Carts with a reason", "已知原因购物车数")
        ("Number of abandoned carts of which the customer has said why.", "客户已说明放弃原因的购物车数。") of ["carts"];
    CART_REASON_SHARE = Ratio "cart_reason_share" v 1 ("Share of the reason", "原因占比")
        ("carts_with_reason of one reason ÷ those of all.", "该原因购物车数 ÷ 全部已知原因购物车数。") of ["carts"];
    REASON_CARTS_RECOVERED = Count "reason_carts_recovered" v 1 ("Recovered by reason", "按原因挽回数")
        ("Of carts_with_reason: bought after all.", "其中最终完成购买的数量。") of ["carts"];
    REASON_RECOVERY_RATE = Ratio "reason_recovery_rate" v 1 ("Recovery rate by reason", "按原因挽回率")
        ("reason_carts_recovered ÷ carts_with_reason.", "挽回数 ÷ 已知原因购物车数。") of ["carts"];
    PRICE_QUESTIONS_ANSWERED = Count "price_questions_answered" v 1 ("Questions about the price answered", "价格疑问答复数")
        ("Number of questions about the price of carts that were answered.", "已答复的购物车价格疑问数。") of ["carts"];
    PRICE_ANSWER_MINUTES = Ratio "price_answer_minutes" v 1 ("Minutes to the answer on average", "价格疑问平均答复分钟数")
        ("Sum of the minutes from question to answer ÷ price_questions_answered.", "自提问至答复的分钟数之和 ÷ 已答复数。") of ["carts"];
    ABANDONED_CART_VALUE = Amount "abandoned_cart_value" v 1 ("Abandoned value", "放弃金额")
        ("Sum of what is in abandoned carts.", "放弃的购物车金额之和。") of ["carts"];
    RECOVERED_CART_VALUE = Amount "recovered_cart_value" v 1 ("Recovered value", "挽回金额")
        ("Sum of what is in recovered carts.", "挽回的购物车金额之和。") of ["carts"];
    ORDER_STEP_PLACE = Count "order_step_place" v 1 ("Place of the step", "步骤序号")
        ("Place of a step on the way to an order, counted from 1.", "步骤在下单流程中的序号,从 1 起。") of ["carts"];
    ORDER_STEP_ENTERED = Count "order_step_entered" v 1 ("Entered", "到达数")
        ("Number of carts that came to the step, or further.", "到达该步骤或其后步骤的购物车数。") of ["carts"];
    ORDER_STEP_LEFT = Count "order_step_left" v 1 ("Left", "流失数")
        ("Number of abandoned carts that came to the step and no further.", "止于该步骤而放弃的购物车数。") of ["carts"];
    ORDER_STEP_DROP_OFF = Ratio "order_step_drop_off" v 1 ("Drop-off", "流失率")
        ("order_step_left ÷ order_step_entered.", "流失数 ÷ 到达数。") of ["carts"];
    MEDIUM_EXPENSE = Amount "medium_expense" v 1 ("Expense of media", "媒介费用")
        ("Sum of the expenses that name the medium, or one of its source codes.", "归属该媒介或其源代码的费用之和。") of ["campaign-expenses"];
    MEDIUM_REVENUE = Amount "medium_revenue" v 1 ("Revenue of media", "媒介收入")
        ("Movements of contracts under the source codes of the medium: signed, amended and cancelled, each on its day.", "该媒介源代码下合同的签订、变更与取消金额,各计入当日。") of ["contracts"];
    MEDIUM_EXPENSE_TO_REVENUE = Ratio "medium_expense_to_revenue" v 1 ("E:R of media", "媒介费用收入比")
        ("medium_expense ÷ medium_revenue.", "媒介费用 ÷ 媒介收入。") of ["campaign-expenses", "contracts"];
    RESPONSE_SHARE = Ratio "response_share" v 1 ("Share of responses", "反馈占比")
        ("responses by the channel ÷ those by all.", "该渠道反馈数 ÷ 全部反馈数。") of ["responses"];
    TOUCH_EVENTS = Count "touch_events" v 1 ("Events", "事件数")
        ("Number of touches, of all kinds or of one; each event counts once.", "全部或某一类触达事件的次数,每个事件计一次。") of ["touches"];
    MARKETING_EXPENSE = Amount "marketing_expense" v 1 ("Marketing expense", "营销费用")
        ("Sum of the expenses of campaigns that name the medium or source code, or a source code of the list or test group; or that name none.", "归属该媒介、源代码、名单或测试组的营销费用之和;未指明者单计。") of ["campaign-expenses"];
    SALES_INCOME = Amount "sales_income" v 1 ("Sales income", "销售收入")
        ("Movements of contracts with such a source code, or with none: signed, amended and cancelled, each on its day.", "相应源代码下(或无源代码)合同的签订、变更与取消金额,各计入当日。") of ["contracts"];
    EXPENSE_TO_INCOME = Ratio "expense_to_income" v 1 ("E:R of sources", "来源费用收入比")
        ("marketing_expense ÷ sales_income.", "营销费用 ÷ 销售收入。") of ["campaign-expenses", "contracts"];
    COST_PER_CONTACT = Ratio "cost_per_contact" v 1 ("Cost per contact", "单位触达成本")
        ("medium_expense ÷ reached_contacts.", "媒介费用 ÷ 触达人数。") of ["campaign-expenses", "touches"];
    COST_PER_CONTACT_CHANGE = Ratio "cost_per_contact_change" v 1 ("Change of the cost per contact", "单位触达成本环比")
        ("cost_per_contact ÷ that of the month before − 1.", "单位触达成本 ÷ 上月值 − 1。") of ["campaign-expenses", "touches"];
    COST_PER_RESPONSE = Ratio "cost_per_response" v 1 ("Cost per response", "单位反馈成本")
        ("medium_expense ÷ responses.", "媒介费用 ÷ 反馈数。") of ["campaign-expenses", "responses"];
    COST_PER_RESPONSE_CHANGE = Ratio "cost_per_response_change" v 1 ("Change of the cost per response", "单位反馈成本环比")
        ("cost_per_response ÷ that of the month before − 1.", "单位反馈成本 ÷ 上月值 − 1。") of ["campaign-expenses", "responses"];
    RELATIONS = Count "relations" v 1 ("Relations", "关系数")
        ("Number of customers and prospects who have interacted by the medium: touches that are interactions, answers and walk-ins.", "通过该媒介互动(互动类触达、反馈、到店)的客户与潜在客户数。") of ["touches", "responses", "walk-ins", "parties"];
    COST_PER_RELATION = Ratio "cost_per_relation" v 1 ("Cost per relation", "单位关系成本")
        ("medium_expense ÷ relations.", "媒介费用 ÷ 关系数。") of ["campaign-expenses", "touches", "responses", "walk-ins", "parties"];
    ANSWERED = Count "answered" v 1 ("Answered", "反馈人数")
        ("People by their first answer to a campaign.", "按首次反馈统计的人数。") of ["responses"];
    SPOKEN_TO = Count "spoken_to" v 1 ("Spoken to", "已接触人数")
        ("Of answered: with an activity about the lead, or with the party, that was done since the answer.", "反馈后已有完成的销售活动的人数。") of ["responses", "activities"];
    SPOKEN_TO_IN_TIME = Count "spoken_to_in_time" v 1 ("Spoken to in time", "按时接触人数")
        ("Of spoken_to: the first one began within the hours of the follow-up of the campaign, or those of the question.", "在活动跟进时限内开始首次接触的人数。") of ["responses", "activities", "campaigns"];
    CONTACT_OVERDUE = Count "contact_overdue" v 1 ("Contact overdue", "逾期未接触人数")
        ("Of answered: not spoken to at the instant, though these hours are over.", "统计时点已超时限且尚未接触的人数。") of ["responses", "activities", "campaigns"];
    LEAD_LATENCY = Hours "lead_latency" v 1 ("Time to the first contact", "首次接触时长")
        ("Hours from the answer to the beginning of the first contact; as a median or the 90th percentile.", "反馈至首次接触开始的小时数,取中位或90分位。") of ["responses", "activities"];
    FIRST_TOUCHES = Count "first_touches" v 1 ("First touches", "首次接触数")
        ("Responses or contracts that began with a touch of the medium.", "以该媒介为首次接触的反馈或合同数。") of ["touches", "responses", "contracts"];
    LAST_TOUCHES = Count "last_touches" v 1 ("Last touches", "末次接触数")
        ("Responses or contracts that ended with a touch of the medium.", "以该媒介为末次接触的反馈或合同数。") of ["touches", "responses", "contracts"];
    ATTRIBUTED_SHARE = Ratio "attributed_share" v 1 ("Attributed share", "归因份额")
        ("What is credited to the medium of all responses or contracts with touches: by first touch, last touch, or each alike.", "归因到该媒介的份额,按首次、末次或平均分摊。") of ["touches", "responses", "contracts"];
    ATTRIBUTED_AMOUNT = Amount "attributed_amount" v 1 ("Attributed amount", "归因金额")
        ("What contracts come to without tax, credited to the medium by first touch, last touch, or each alike.", "合同不含税金额按首次、末次或平均分摊归因到该媒介。") of ["touches", "contracts"];
    PATH_CONVERSIONS = Count "path_conversions" v 1 ("Conversions of a path", "路径转化数")
        ("Responses or contracts with that first and that last medium, each once.", "首次与末次媒介相同的反馈或合同数,各计一次。") of ["touches", "responses", "contracts"];
    PATH_SHARE = Ratio "path_share" v 1 ("Share of a path", "路径占比")
        ("path_conversions ÷ all with touches.", "路径转化数 ÷ 全部有接触的转化数。") of ["touches", "responses", "contracts"];
    PATH_AMOUNT = Amount "path_amount" v 1 ("Amount of a path", "路径金额")
        ("What contracts of that path come to without tax.", "该路径合同的不含税金额。") of ["touches", "contracts"];
    WASTED_SENDS = Count "wasted_sends" v 1 ("Sends in vain", "无效发送次数")
        ("Sends with that reason and none that comes before it.", "首个符合的原因为该项的发送次数。") of ["touches", "consents", "contracts", "orders"];
    SEND_WASTE = Amount "send_waste" v 1 ("Waste", "浪费金额")
        ("What these sends have cost: expenses of their source codes divided over sends, else unit costs of media.", "上述发送的费用:源代码支出按发送次数分摊,否则按媒介单位成本。") of ["campaign-expenses", "media", "touches"];
    SEND_WASTE_SHARE = Ratio "send_waste_share" v 1 ("Share of spend", "占发送费用")
        ("send_waste ÷ what all sends have cost.", "浪费金额 ÷ 全部发送费用。") of ["campaign-expenses", "media", "touches"];
    STAGE_START = Count "stage_start" v 1 ("In a stage at the beginning", "期初阶段人数")
        ("Number of those who were in the stage when the time began.", "期初处于该阶段的人数。") of ["decision-stages"];
    STAGE_END = Count "stage_end" v 1 ("In a stage at the end", "期末阶段人数")
        ("Number of those of them who are in the other stage, or in none, when the time ends.", "其中期末处于另一阶段或已移除的人数。") of ["decision-stages"];
    RESEARCH_INTERVIEWS = Count "research_interviews" v 1 ("Interviews held", "已完成访谈数")
        ("Number of completed interviews that were held on the days.", "期间内已完成的访谈数。") of ["research-interviews"];
    RESEARCH_PARTIES = Count "research_parties" v 1 ("Parties interviewed", "受访客户数")
        ("Number of parties with such an interview, each once.", "有上述访谈的客户数,每个客户计一次。") of ["research-interviews"];
    RESEARCH_INTERVIEW_SHARE = Ratio "research_interview_share" v 1 ("Share of interviews", "访谈占比")
        ("Interviews held for that part of the company ÷ all.", "该角色的访谈数 ÷ 全部访谈数。") of ["research-interviews"];
    RESEARCH_ANSWERS = Count "research_answers" v 1 ("Answers", "回答数")
        ("Number of answers on the topic in these interviews.", "上述访谈中该主题的回答数。") of ["research-answers", "research-interviews"];
    RESEARCH_ANSWERS_CODED = Count "research_answers_coded" v 1 ("Coded answers", "已编码回答数")
        ("Number of those of them that are coded.", "其中已编码的回答数。") of ["research-answers", "research-interviews"];
    RESEARCH_ANSWER_SHARE = Ratio "research_answer_share" v 1 ("Share of answers", "回答占比")
        ("research_answers on the topic ÷ those on all topics.", "该主题回答数 ÷ 全部回答数。") of ["research-answers", "research-interviews"];
    RESEARCH_MENTIONS = Count "research_mentions" v 1 ("Interviews with an answer", "提及访谈数")
        ("Number of these interviews with at least one answer on the topic, or under the code.", "至少有一条该主题或该编码回答的访谈数。") of ["research-answers", "research-interviews"];
    RESEARCH_MENTION_SHARE = Ratio "research_mention_share" v 1 ("Share of interviews with an answer", "提及占比")
        ("research_mentions ÷ research_interviews with the same segment.", "提及访谈数 ÷ 同一客户群的访谈数。") of ["research-answers", "research-interviews"];
    RESEARCH_RANK = Count "research_rank" v 1 ("Place of a finding", "发现名次")
        ("1 + number of codes of the same topic with more research_mentions in the same segment.", "1 + 同一客户群同一主题中提及更多的编码数。") of ["research-answers", "research-interviews"];
    SOURCE_INTERVIEWS = Count "source_interviews" v 1 ("Interviews that name a source", "提及来源的访谈数")
        ("Number of these interviews in which the source is named.", "提及该信息来源的访谈数。") of ["research-answers", "research-interviews"];
    SOURCE_RESPONSES = Count "source_responses" v 1 ("Responses that name a source", "提及来源的反馈数")
        ("Number of responses on the days that name the source.", "期间内提及该信息来源的反馈数。") of ["responses"];
    SOURCE_MENTIONS = Count "source_mentions" v 1 ("Mentions of a source", "来源提及数")
        ("source_interviews + source_responses.", "提及来源的访谈数 + 反馈数。") of ["research-answers", "responses"];
    SOURCE_SHARE = Ratio "source_share" v 1 ("Share of a source", "来源占比")
        ("source_mentions ÷ those of all sources of the same segment.", "该来源提及数 ÷ 同一客户群全部来源提及数。") of ["research-answers", "responses"];
    SOURCE_RANK = Count "source_rank" v 1 ("Place of a source", "来源名次")
        ("1 + number of sources with more source_mentions in the same segment.", "1 + 同一客户群中提及更多的来源数。") of ["research-answers", "responses"];
    WEB_TASK_RUNS = Count "web_task_runs" v 1 ("Web task runs", "网站任务次数")
        ("Runs of visitors through a task on web pages by the local day on which they began.", "按开始日期统计的访客任务次数。") of ["web-task-runs"];
    WEB_TASKS_COMPLETED = Count "web_tasks_completed" v 1 ("Completed", "完成次数")
        ("Of web_task_runs: the visitor came to the end.", "其中访客完成的次数。") of ["web-task-runs"];
    WEB_TASK_COMPLETION = Ratio "web_task_completion" v 1 ("Completion", "完成率")
        ("web_tasks_completed ÷ web_task_runs.", "完成次数 ÷ 任务次数。") of ["web-task-runs"];
    WEB_TASK_SECONDS = Number "web_task_seconds" v 1 ("Median seconds", "用时中位数(秒)")
        ("Median of the seconds of all steps of completed runs; the lower of two in the middle.", "完成的任务总用时(秒)中位数,偶数个时取中间较小者。") of ["web-task-runs"];
    WEB_TASK_EFFORT = Number "web_task_effort" v 1 ("Median effort", "费力程度中位数")
        ("Median of the effort that visitors have told, from 1 to 5; the lower of two in the middle.", "访客所述费力程度(1至5)中位数,偶数个时取中间较小者。") of ["web-task-runs"];
    WEB_TASK_SATISFACTION = Number "web_task_satisfaction" v 1 ("Median satisfaction", "网站满意度中位数")
        ("Median of the satisfaction that visitors have told, from 1 to 5; the lower of two in the middle.", "访客所述满意度(1至5)中位数,偶数个时取中间较小者。") of ["web-task-runs"];
    WORST_STEP_SECONDS = Number "worst_step_seconds" v 1 ("Seconds of the worst step", "最差步骤用时(秒)")
        ("The longest of the medians of the seconds of each step.", "各步骤用时中位数中的最大值。") of ["web-task-runs"];
    WORST_STEP_LEFT = Count "worst_step_left" v 1 ("Left at the worst step", "最差步骤离开次数")
        ("Runs that were not completed and ended with that step.", "未完成且止于该步骤的次数。") of ["web-task-runs"];
}
