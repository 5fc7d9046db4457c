//! Measures of leads: what came, went and is held.

guanxi_kernel::measures! {
    NEW_PROSPECTS = Count "new_prospects" v 1 ("New", "新增意向客户数")
        ("Leads that came into the hands in the time and that nobody had before.", "期间新增、此前无人跟进的意向客户数。") of ["leads"];
    PROSPECTS_RECEIVED = Count "prospects_received" v 1 ("Received", "接收数")
        ("Leads that came from somebody else, or out of a pool.", "由他人移交或自公海领取的意向客户数。") of ["leads"];
    PROSPECTS_RETURNED = Count "prospects_returned" v 1 ("Taken up again", "恢复数")
        ("Leads that were lost or deleted and were taken up again.", "战败或删除后恢复跟进的意向客户数。") of ["leads"];
    PROSPECTS_WON = Count "prospects_won" v 1 ("Won", "成交数")
        ("Leads that were converted in the time.", "期间成交(转化)的意向客户数。") of ["leads"];
    PROSPECTS_LOST = Count "prospects_lost" v 1 ("Lost", "战败数")
        ("Leads that were lost in the time.", "期间战败的意向客户数。") of ["leads"];
    PROSPECTS_GIVEN = Count "prospects_given" v 1 ("Given", "移交数")
        ("Leads that went to somebody else, or into a pool.", "移交他人或退回公海的意向客户数。") of ["leads"];
    PROSPECTS_DELETED = Count "prospects_deleted" v 1 ("Deleted", "删除数")
        ("Leads that were deleted in the time.", "期间删除的意向客户数。") of ["leads"];
    HOLDING = Count "holding" v 1 ("Holding", "保有量")
        ("carried + new + received + returned − won − lost − given − deleted: open leads in the hands at the end.", "留存 + 新增 + 接收 + 恢复 − 成交 − 战败 − 移交 − 删除,即期末保有的意向客户数。") of ["leads"];
    CARRIED = Count "carried" v 1 ("Carried over", "上月留存数")
        ("Leads that were open in the hands when the month began.", "月初仍在跟进的意向客户数。") of ["leads"];
    CARRIED_WON = Count "carried_won" v 1 ("Carried over and won", "留存成交数")
        ("Of carried: converted in the month.", "留存中当月成交数。") of ["leads"];
    CARRIED_CONVERSION = Ratio "carried_conversion" v 1 ("Conversion of carried-over", "留存成交率")
        ("carried_won ÷ carried.", "留存成交数 ÷ 留存数。") of ["leads"];
    CAME = Count "came" v 1 ("New in the month", "本月新增数")
        ("Leads that came into the hands in the month.", "当月新到手的意向客户数。") of ["leads"];
    CAME_WON = Count "came_won" v 1 ("New and won", "新增成交数")
        ("Of came: converted in the month.", "新增中当月成交数。") of ["leads"];
    CAME_CONVERSION = Ratio "came_conversion" v 1 ("Conversion of new", "新增成交率")
        ("came_won ÷ came.", "新增成交数 ÷ 新增数。") of ["leads"];
    PROSPECT_CONVERSION = Ratio "prospect_conversion" v 1 ("Conversion", "总成交率")
        ("(carried_won + came_won) ÷ (carried + came).", "(留存成交 + 新增成交)÷(留存 + 新增)。") of ["leads"];
    MADE = Count "made" v 1 ("Leads made", "新建意向客户数")
        ("Leads by the local day on which they were made.", "按创建日期统计的意向客户数。") of ["leads"];
    MADE_WON = Count "made_won" v 1 ("Of these won", "其中成交数")
        ("Of made: converted by the instant.", "新建中截至统计时点成交数。") of ["leads"];
    MADE_LOST = Count "made_lost" v 1 ("Of these lost", "其中战败数")
        ("Of made: lost by the instant.", "新建中截至统计时点战败数。") of ["leads"];
    MADE_CONVERSION = Ratio "made_conversion" v 1 ("Rate of these won", "其中成交率")
        ("made_won ÷ made.", "成交数 ÷ 新建数。") of ["leads"];
    DAYS_OPEN = Days "days_open" v 1 ("Days open", "跟进天数")
        ("Whole days from when a lead was made to when it was lost.", "自创建至战败的整天数。") of ["leads"];
    NURTURE_DAYS = Days "nurture_days" v 1 ("Days in nurture", "培育天数")
        ("Whole days from when a lead was put off to a better day to the instant.", "自转入培育至统计时点的整天数。") of ["leads"];
    HANDED_OVER = Count "handed_over" v 1 ("Handed to field sales", "移交现场销售数")
        ("Hand-overs of leads to field sales by the day of handing over.", "按移交日期统计移交现场销售的意向客户数。") of ["field-handovers"];
    HANDOVERS_ACCEPTED = Count "handovers_accepted" v 1 ("Accepted", "接收数")
        ("Of handed_over: accepted by field sales by the instant, whatever became of them.", "移交中截至统计时点已被接收的数量。") of ["field-handovers"];
    HANDOVERS_REFUSED = Count "handovers_refused" v 1 ("Refused", "拒绝数")
        ("Of handed_over: refused by the instant.", "移交中截至统计时点被拒绝的数量。") of ["field-handovers"];
    HANDOVERS_RETURNED = Count "handovers_returned" v 1 ("Given back", "退回数")
        ("Of handed_over: accepted and given back by the instant.", "移交中截至统计时点接收后退回的数量。") of ["field-handovers"];
    HANDOVERS_BOUGHT = Count "handovers_bought" v 1 ("Bought", "成交数")
        ("Hand-overs that were closed with a purchase by the instant.", "截至统计时点以成交结束的移交数。") of ["field-handovers"];
    HANDOVERS_NOT_BOUGHT = Count "handovers_not_bought" v 1 ("Not bought", "未成交数")
        ("Hand-overs that were closed without a purchase by the instant.", "截至统计时点以未成交结束的移交数。") of ["field-handovers"];
    HANDOVERS_OPEN = Count "handovers_open" v 1 ("Waiting for an answer", "待接收数")
        ("Of handed_over: neither accepted nor refused at the instant.", "移交中统计时点尚未答复的数量。") of ["field-handovers"];
    HANDOVERS_IN_WORK = Count "handovers_in_work" v 1 ("In work", "跟进中")
        ("Of handed_over: accepted and without a result at the instant.", "移交中统计时点已接收、尚无结果的数量。") of ["field-handovers"];
    HANDOVERS_WITH_RESULT = Count "handovers_with_result" v 1 ("With a result", "有结果数")
        ("Refused + given back + bought + not bought.", "拒绝 + 退回 + 成交 + 未成交。") of ["field-handovers"];
    HANDOVERS_PAST_LIMIT = Count "handovers_past_limit" v 1 ("Past the limit", "超期数")
        ("Without a result, and the time for the answer or for the result was over at the instant.", "尚无结果且接收或结果时限已过的数量。") of ["field-handovers"];
    LOOP_CLOSURE = Ratio "loop_closure" v 1 ("Loop closure", "闭环率")
        ("handovers_with_result ÷ handed_over.", "有结果数 ÷ 移交数。") of ["field-handovers"];
    ACCEPTANCE_RATE = Ratio "acceptance_rate" v 1 ("Acceptance rate", "接收率")
        ("handovers_accepted ÷ handed_over.", "接收数 ÷ 移交数。") of ["field-handovers"];
    HOURS_TO_ACCEPT = Hours "hours_to_accept" v 1 ("Hours to acceptance", "接收时长")
        ("Median of the hours from handing over to acceptance, half-even to 2 decimals.", "移交至接收时长的中位数(小时),保留两位小数(银行家舍入)。") of ["field-handovers"];
    HOURS_TO_RESULT = Hours "hours_to_result" v 1 ("Hours to result", "结果时长")
        ("Median of the hours from handing over to the result, half-even to 2 decimals.", "移交至产生结果时长的中位数(小时),保留两位小数(银行家舍入)。") of ["field-handovers"];
    NOT_BOUGHT_SHARE = Ratio "not_bought_share" v 1 ("Share of the reason", "原因占比")
        ("handovers_not_bought for the reason ÷ all handovers_not_bought.", "该原因未成交数 ÷ 全部未成交数。") of ["field-handovers"];
    NOT_BOUGHT_CUMULATIVE = Ratio "not_bought_cumulative" v 1 ("Cumulative share", "累计占比")
        ("The sum of not_bought_share of the reason and of all more frequent ones.", "该原因及更常见原因的占比之和。") of ["field-handovers"];
}
