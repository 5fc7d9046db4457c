//! Measures of opportunities, of the stages that they pass, and of contracts.

guanxi_kernel::measures! {
    OPEN_COUNT = Count "open_count" v 1 ("Open opportunities", "在手商机数")
        ("Number of opportunities that are open at the instant.", "统计时点在手商机数。") of ["opportunities"];
    OPEN_WITHOUT_AMOUNT = Count "open_without_amount" v 1 ("Open without amount", "无金额商机数")
        ("Number of open opportunities without an amount.", "无金额的在手商机数。") of ["opportunities"];
    OPEN_AMOUNT = Amount "open_amount" v 1 ("Open amount", "在手商机金额")
        ("Sum of the amounts of open opportunities, converted by the rate of the day of the instant.", "在手商机金额之和,按统计当日汇率折算。") of ["opportunities"];
    WEIGHTED_AMOUNT = Amount "weighted_amount" v 1 ("Weighted amount", "加权金额")
        ("Sum of amount × probability of open opportunities.", "在手商机金额 × 赢率之和。") of ["opportunities"];
    EXPECTED_AMOUNT = Amount "expected_amount" v 1 ("Expected amount", "预计收入")
        ("Sum of amount × product of the conversions of the remaining stages, or × probability, as the method of the report says.", "金额 × 其余各阶段转化率之积(或按方法乘以赢率)之和。") of ["opportunities"];
    ALL_COUNT = Count "all_count" v 1 ("All opportunities", "全部商机数")
        ("Number of opportunities, whatever became of them.", "全部商机数,不论结果。") of ["opportunities"];
    ALL_AMOUNT = Amount "all_amount" v 1 ("All amounts", "全部商机金额")
        ("Sum of the amounts of opportunities, whatever became of them.", "全部商机金额之和,不论结果。") of ["opportunities"];
    WON_VALUE = Amount "won_value" v 1 ("Won value", "赢单金额")
        ("Sum of the amounts of won opportunities as they stood at the instant, converted by the rate that the report names; by representative their split of it.",
         "统计时点赢单商机金额之和,按报表所述汇率折算;按销售代表统计时取其分摊部分。") of ["opportunities"];
    MEAN_WON_VALUE = Amount "mean_won_value" v 1 ("Mean won value", "平均赢单金额")
        ("won_value ÷ number of won opportunities, half-even to the minor unit.", "赢单金额 ÷ 赢单数。") of ["opportunities"];
    LOST_COUNT = Count "lost_count" v 1 ("Lost opportunities", "输单数")
        ("Number of opportunities by their day of closing as lost.", "按结束日期统计的输单商机数。") of ["opportunities"];
    LOST_VALUE = Amount "lost_value" v 1 ("Lost value", "输单金额")
        ("Sum of the amounts of lost opportunities.", "输单商机金额之和。") of ["opportunities"];
    TERMINATED_COUNT = Count "terminated_count" v 1 ("Terminated opportunities", "终止数")
        ("Number of opportunities by their day of closing as terminated.", "按结束日期统计的终止商机数。") of ["opportunities"];
    TERMINATED_VALUE = Amount "terminated_value" v 1 ("Terminated value", "终止金额")
        ("Sum of the amounts of terminated opportunities.", "终止商机金额之和。") of ["opportunities"];
    WIN_RATE = Ratio "win_rate" v 1 ("Win rate", "赢单率")
        ("won ÷ (won + lost), half-even to 4 decimals; null without either.", "赢单数 ÷(赢单数 + 输单数),保留四位小数。") of ["opportunities"];
    OWN_SCORE = Number "own_score" v 1 ("Own score", "我方评分")
        ("Score of the company in an attribute of a positioning, 0 to 10.", "定位中某属性的我方评分,0 至 10。") of ["positionings"];
    COMPETITOR_SCORE = Number "competitor_score" v 1 ("Competitor's score", "对手评分")
        ("Score of the competitor in an attribute of a positioning, 0 to 10.", "定位中某属性的对手评分,0 至 10。") of ["positionings"];
    SCORE_DIFFERENCE = Number "score_difference" v 1 ("Difference", "评分差值")
        ("own_score − competitor_score.", "我方评分 − 对手评分。") of ["positionings"];
    CELL_COUNT = Count "cell_count" v 1 ("Opportunities of a cell", "单元格商机数")
        ("Number of the opportunities of the row and the column, in the states that the question names.", "所选状态下该行该列的商机数。") of ["opportunities"];
    CELL_AMOUNT = Amount "cell_amount" v 1 ("Amount of a cell", "单元格金额")
        ("Sum of their amounts, by the rate of the day on which each closed, else of the day of the instant.", "其金额之和,按各自关闭日(未关闭按统计当日)汇率折算。") of ["opportunities"];
    DAYS_TO_CLOSE = Days "days_to_close" v 1 ("Mean days to close", "平均成交天数")
        ("Mean of the days from the begin of work to closing, of won and lost opportunities.", "赢单与输单商机自开始跟进至结束的平均天数。") of ["opportunities"];
    DAYS_TO_WIN = Days "days_to_win" v 1 ("Mean days to win", "赢单平均天数")
        ("Mean of the days from the begin of work to closing, of won opportunities.", "赢单商机自开始跟进至结束的平均天数。") of ["opportunities"];
    DAYS_TO_LOSE = Days "days_to_lose" v 1 ("Mean days to lose", "输单平均天数")
        ("Mean of the days from the begin of work to closing, of lost opportunities.", "输单商机自开始跟进至结束的平均天数。") of ["opportunities"];
    STAGE_ENTERED = Count "stage_entered" v 1 ("Entered", "进入数")
        ("Number of opportunities that entered the stage in the window, each once.", "期间进入该阶段的商机数,每个只计一次。") of ["opportunities"];
    STAGE_MOVED_ON = Count "stage_moved_on" v 1 ("Moved on", "推进数")
        ("Of those that entered: stood in a later stage afterwards, or were won.", "进入者中其后到达更后阶段或赢单的数量。") of ["opportunities"];
    STAGE_DROPPED = Count "stage_dropped" v 1 ("Dropped", "流失数")
        ("Of those that entered: were lost or terminated without moving on.", "进入者中未推进即输单或终止的数量。") of ["opportunities"];
    STAGE_STILL_OPEN = Count "stage_still_open" v 1 ("Still open", "仍在进行数")
        ("stage_entered − stage_moved_on − stage_dropped.", "进入数 − 推进数 − 流失数。") of ["opportunities"];
    STAGE_CONVERSION = Ratio "stage_conversion" v 1 ("Stage conversion", "阶段转化率")
        ("stage_moved_on ÷ (stage_moved_on + stage_dropped).", "推进数 ÷(推进数 + 流失数)。") of ["opportunities"];
    STAGE_COMPLETED = Count "stage_completed" v 1 ("Completed intervals", "已完成次数")
        ("Number of intervals in the stage that are over.", "已结束的阶段停留次数。") of ["opportunities"];
    STAGE_DAYS = Days "stage_days" v 1 ("Mean days in the stage", "阶段平均天数")
        ("Mean of completed intervals in the stage, without suspended time.", "已完成停留时长的平均天数,不含暂停时间。") of ["opportunities"];
    STAGE_OPEN = Count "stage_open" v 1 ("Open intervals", "进行中次数")
        ("Number of intervals in the stage that last.", "仍在进行的阶段停留次数。") of ["opportunities"];
    STAGE_OPEN_DAYS = Days "stage_open_days" v 1 ("Mean days of open intervals", "进行中平均天数")
        ("Mean of open intervals until the instant.", "进行中停留至统计时点的平均天数。") of ["opportunities"];
    TO_WIN = Amount "to_win" v 1 ("To be won", "目标金额")
        ("What is to be won, as the question says.", "所设定的赢单目标。") of [];
    HELD_WIN_RATE = Ratio "held_win_rate" v 1 ("Win rate of what is held", "在手商机赢率")
        ("The rate of the question, else won ÷ (won + lost) of the pipeline.", "设定的赢率;未设定时为该流程的赢单数 ÷(赢单数 + 输单数)。") of ["opportunities"];
    REQUIRED_AMOUNT = Amount "required_amount" v 1 ("Required", "所需商机金额")
        ("to_win ÷ held_win_rate, rounded up to the minor unit.", "目标金额 ÷ 赢率,向上取整到最小货币单位。") of ["opportunities"];
    AMOUNT_GAP = Amount "amount_gap" v 1 ("Gap", "商机缺口")
        ("required_amount − open_amount; zero if nothing is missing.", "所需商机金额 − 在手商机金额,不足为零。") of ["opportunities"];
    REQUIRED_CUSTOMERS = Count "required_customers" v 1 ("Customers required", "所需客户数")
        ("Customers to be won ÷ held_win_rate, rounded up.", "目标客户数 ÷ 赢率,向上取整。") of ["opportunities"];
    HELD_CUSTOMERS = Count "held_customers" v 1 ("Customers held", "持有客户数")
        ("Number of customers with an open opportunity.", "有在手商机的客户数。") of ["opportunities", "parties"];
    CUSTOMERS_GAP = Count "customers_gap" v 1 ("Customers missing", "客户缺口")
        ("required_customers − held_customers; zero if none is missing.", "所需客户数 − 持有客户数,不足为零。") of ["opportunities", "parties"];
    CONTRACT_COUNT = Count "contract_count" v 1 ("Contracts", "合同数")
        ("Number of contracts.", "合同数。") of ["contracts"];
    CONTRACT_NET = Amount "contract_net" v 1 ("Net", "不含税金额")
        ("Sum of what contracts come to without tax.", "合同不含税金额之和。") of ["contracts"];
    CONTRACT_GROSS = Amount "contract_gross" v 1 ("Gross", "含税金额")
        ("Sum of what contracts come to with tax.", "合同含税金额之和。") of ["contracts"];
    CONTRACTS_SIGNED = Count "contracts_signed" v 1 ("Signed", "签订数")
        ("Number of contracts signed on a day of the period.", "期内签订的合同数。") of ["contracts"];
    SIGNED_AMOUNT = Amount "signed_amount" v 1 ("Signed amount", "签订金额")
        ("Sum of what they came to without tax on the day of signing.", "签订当日不含税金额之和。") of ["contracts"];
    AMENDMENTS_SIGNED = Count "amendments_signed" v 1 ("Amended", "变更数")
        ("Number of amendments signed on a day of the period.", "期内签订的变更数。") of ["contract-amendments"];
    AMENDED_AMOUNT = Amount "amended_amount" v 1 ("Amended amount", "变更金额")
        ("Sum of what they changed of the amounts without tax.", "变更引起的不含税金额增减之和。") of ["contract-amendments"];
    CONTRACTS_CANCELLED = Count "contracts_cancelled" v 1 ("Cancelled", "取消数")
        ("Number of signed contracts cancelled on a day of the period.", "期内取消的已签合同数。") of ["contracts"];
    CANCELLED_AMOUNT = Amount "cancelled_amount" v 1 ("Cancelled amount", "取消金额")
        ("Sum of what they came to without tax by then, below zero.", "取消时不含税金额之和(负数)。") of ["contracts"];
    CONTRACT_RESULT_COUNT = Count "contract_result_count" v 1 ("Contracts", "合同数")
        ("contracts_signed − contracts_cancelled.", "签订数 − 取消数。") of ["contracts"];
    CONTRACT_RESULT = Amount "contract_result" v 1 ("Amount", "业绩金额")
        ("signed_amount + amended_amount + cancelled_amount.", "签订金额 + 变更金额 + 取消金额。") of ["contracts", "contract-amendments"];
    OUTSTANDING = Amount "outstanding" v 1 ("Outstanding", "未收金额")
        ("Lines of payment plans less what was paid on them, refunds added.", "收款计划金额减去已收(扣除退款)。") of ["contracts", "receipts"];
    NOT_DUE = Amount "not_due" v 1 ("Not due yet", "未到期")
        ("outstanding of lines whose day is not over.", "尚未到期计划行的未收金额。") of ["contracts", "receipts"];
    AGED_0_30 = Amount "aged_0_30" v 1 ("0–30 days", "0–30天")
        ("outstanding of lines that are not due, or overdue for 30 days at most.", "未到期或逾期不超过30天的未收金额。") of ["contracts", "receipts"];
    AGED_31_60 = Amount "aged_31_60" v 1 ("31–60 days", "31–60天")
        ("outstanding of lines overdue for 31 to 60 days.", "逾期31至60天的未收金额。") of ["contracts", "receipts"];
    AGED_61_90 = Amount "aged_61_90" v 1 ("61–90 days", "61–90天")
        ("outstanding of lines overdue for 61 to 90 days.", "逾期61至90天的未收金额。") of ["contracts", "receipts"];
    AGED_OVER_90 = Amount "aged_over_90" v 1 ("Over 90 days", "90天以上")
        ("outstanding of lines overdue for more than 90 days.", "逾期90天以上的未收金额。") of ["contracts", "receipts"];
    OVERDUE = Amount "overdue" v 1 ("Overdue", "已逾期")
        ("outstanding − not_due.", "未收金额 − 未到期。") of ["contracts", "receipts"];
}
