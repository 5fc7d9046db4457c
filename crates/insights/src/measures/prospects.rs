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
}
