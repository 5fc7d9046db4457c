//! Measures of work: visits, time, tasks, and what consultants do with leads.

guanxi_kernel::measures! {
    CADENCE_WEEKS = Count "cadence_weeks" v 1 ("Weeks", "周数")
        ("Number of full weeks in stages that expect visits.", "处于要求拜访阶段的完整周数。") of ["opportunities"];
    VISITS_REQUIRED = Count "visits_required" v 1 ("Visits required", "应拜访次数")
        ("Sum over these weeks of the visits that the stage expects.", "各周所处阶段要求拜访次数之和。") of ["opportunities"];
    VISITS_DONE = Count "visits_done" v 1 ("Visits done", "已拜访次数")
        ("Visits done in these weeks, of each week at most as many as were expected.", "各周完成的拜访次数,每周以要求次数为限。") of ["activities", "opportunities"];
    CADENCE_COMPLIANCE = Ratio "cadence_compliance" v 1 ("Cadence compliance", "拜访达成率")
        ("visits_done ÷ visits_required.", "已拜访 ÷ 应拜访。") of ["activities", "opportunities"];
    OVERDUE_DAYS = Days "overdue_days" v 1 ("Days overdue", "逾期天数")
        ("Days from the day on which the visit was due to that of the instant; 0 if it is to come.", "应访日期至统计当日的天数,未到期为0。") of ["activities"];
    UNTOUCHED_DAYS = Days "untouched_days" v 1 ("Days without contact", "未接触天数")
        ("Whole days since the last contact, or since it was entered.", "距上次接触(或录入)的整天数。") of ["activities", "parties"];
    NEGLECT_DAYS = Days "neglect_days" v 1 ("Days that count as neglect", "视为忽视的天数")
        ("The days of the question, else of the service policy of the tier, else 30.", "设定天数;未设定时取客户等级的服务标准,再缺省为30天。") of ["service-policies"];
    AVAILABLE_MINUTES = Minutes "available_minutes" v 1 ("Available minutes", "可用分钟")
        ("Sum of minutes_per_day over the days of the time on which the resource is there.", "区间内资源可用各日的每日可用分钟之和。") of ["bookable-resources"];
    BOOKED_MINUTES = Minutes "booked_minutes" v 1 ("Booked minutes", "预订分钟")
        ("Sum of the minutes of bookings on the days of the time, without what was released.", "区间内各日预订分钟之和,不含已释放部分。") of ["resource-bookings"];
    RESOURCE_UTILISATION = Ratio "resource_utilisation" v 1 ("Utilisation", "资源利用率")
        ("booked_minutes ÷ available_minutes.", "预订分钟 ÷ 可用分钟。") of ["resource-bookings", "bookable-resources"];
    PLANNED_MINUTES = Minutes "planned_minutes" v 1 ("Planned minutes", "计划分钟")
        ("Sum of the planned durations of activities.", "活动计划时长之和。") of ["activities"];
    PLANNED_HOURS = Hours "planned_hours" v 1 ("Planned hours", "计划小时")
        ("planned_minutes ÷ 60 to 2 decimals, so that the rows add up to the total.", "计划分钟 ÷ 60,保留两位小数,各行合计等于总计。") of ["activities"];
    PLANNED_SHARE = Ratio "planned_share" v 1 ("Share of planned time", "计划占比")
        ("planned_minutes ÷ those of all rows.", "计划分钟 ÷ 全部计划分钟。") of ["activities"];
    ACTUAL_MINUTES = Minutes "actual_minutes" v 1 ("Actual minutes", "实际分钟")
        ("Sum of the durations of activities that were done.", "已完成活动时长之和。") of ["activities"];
    ACTUAL_HOURS = Hours "actual_hours" v 1 ("Actual hours", "实际小时")
        ("actual_minutes ÷ 60 to 2 decimals, so that the rows add up to the total.", "实际分钟 ÷ 60,保留两位小数,各行合计等于总计。") of ["activities"];
    ACTUAL_SHARE = Ratio "actual_share" v 1 ("Share of actual time", "实际占比")
        ("actual_minutes ÷ those of all rows.", "实际分钟 ÷ 全部实际分钟。") of ["activities"];
    TASKS_DUE = Count "tasks_due" v 1 ("Due", "应办数")
        ("Number of tasks due on the local day.", "当日应办任务数。") of ["tasks"];
    TASKS_DONE = Count "tasks_done" v 1 ("Done", "已办数")
        ("Of tasks_due: done by the end of the day.", "应办中当日完成数。") of ["tasks"];
    TASKS_CARRIED = Count "tasks_carried" v 1 ("Carried", "顺延数")
        ("Of tasks_due: put off with a reason and a new date.", "应办中说明原因并改期的数量。") of ["tasks"];
    TASKS_UNEXPLAINED = Count "tasks_unexplained" v 1 ("Unexplained", "未说明改期数")
        ("Of tasks_due: put off without a reason.", "应办中未说明原因即改期的数量。") of ["tasks"];
    TASKS_LEFT = Count "tasks_left" v 1 ("Left", "未办数")
        ("tasks_due − tasks_done − tasks_carried − tasks_unexplained.", "应办 − 已办 − 顺延 − 未说明改期。") of ["tasks"];
    CLEARANCE = Ratio "clearance" v 1 ("Clearance", "日清率")
        ("tasks_done ÷ tasks_due.", "已办 ÷ 应办。") of ["tasks"];
    VISITORS = Count "visitors" v 1 ("Visitors", "来店数")
        ("Activities of the kind reception that were done, by the local day on which they began.", "按开始日期统计的已完成接待数。") of ["activities"];
    FOLLOW_UPS = Count "follow_ups" v 1 ("Follow-ups", "跟进数")
        ("Other activities about leads that were done, by the local day on which they began.", "按开始日期统计的其他已完成意向客户接触数。") of ["activities"];
    TEST_DRIVES = Count "test_drives" v 1 ("Test drives", "试乘试驾数")
        ("Activities of the kind test_drive that were done, by the local day on which they began.", "按开始日期统计的已完成试乘试驾数。") of ["activities"];
    DELIVERIES = Count "deliveries" v 1 ("Deliveries", "交车数")
        ("Activities of the kind delivery that were done, by the local day on which they began.", "按开始日期统计的已完成交车数。") of ["activities"];
    RESTATED = Count "restated" v 1 ("Restated", "补录数")
        ("Entries of the day that were made after it was over.", "当日结束之后补录的条数。") of ["activities"];
    CONTACTS = Count "contacts" v 1 ("Contacts", "接触次数")
        ("Activities about a lead that were done, by the local day on which they began.", "按开始日期统计的已完成意向客户相关活动数。") of ["activities", "leads"];
    CARD_LEADS = Count "card_leads" v 1 ("Leads", "意向客户数")
        ("Number of leads that are told of.", "统计范围内的意向客户数。") of ["leads"];
    COMPLETE_CARDS = Count "complete_cards" v 1 ("Complete cards", "信息卡完整数")
        ("Leads with all that their card requires.", "信息卡必填项齐全的意向客户数。") of ["leads", "playbook-runs"];
    CARD_COVERAGE = Ratio "card_coverage" v 1 ("Coverage", "信息卡覆盖率")
        ("complete_cards ÷ card_leads.", "信息卡完整数 ÷ 意向客户数。") of ["leads", "playbook-runs"];
    COMPLETENESS = Ratio "completeness" v 1 ("Completeness", "完整度")
        ("Weight that is filled in ÷ all weight of the cards.", "已填权重 ÷ 全部权重。") of ["leads", "playbook-runs"];
    REVIEW_AGE = Days "review_age" v 1 ("Days unreviewed", "未检核天数")
        ("Whole days since the last review of the card, or since it was made.", "距上次检核(或建卡)的整天数。") of ["playbook-runs"];
}
