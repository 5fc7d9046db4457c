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
    STANDARD_RECORDS = Count "standard_records" v 1 ("Records", "检查记录数")
        ("Number of records that have the field of a data standard.", "数据标准所涉及的记录数。") of ["field-standards"];
    STANDARD_VALUES = Count "standard_values" v 1 ("Values", "有值数")
        ("Number of them with a value.", "其中有值的数量。") of ["field-standards"];
    STANDARD_MISSING = Count "standard_missing" v 1 ("Missing", "缺失数")
        ("standard_records − standard_values where a value must be there.", "必填时:记录数 − 有值数。") of ["field-standards"];
    STANDARD_STALE = Count "standard_stale" v 1 ("Stale", "过期数")
        ("Number of records with a value that were not changed within the days of the standard.", "有值但超过时效天数未变更的记录数。") of ["field-standards"];
    STANDARD_FOREIGN = Count "standard_foreign" v 1 ("Other sources", "来源不符数")
        ("Number of records made through a source that the standard does not name.", "来源不在标准允许范围内的记录数。") of ["field-standards"];
    STANDARD_VIOLATIONS = Count "standard_violations" v 1 ("Violations", "违规数")
        ("standard_missing + standard_stale + standard_foreign.", "缺失 + 过期 + 来源不符。") of ["field-standards"];
    DATA_EDITS = Count "data_edits" v 1 ("Edits", "字段修改数")
        ("Number of members of parties and contacts that were changed in the time, each as often as it was.", "期内客户与联系人字段的修改次数。") of ["parties", "contacts"];
    EDITED_RECORDS = Count "edited_records" v 1 ("Records", "最后修改记录数")
        ("Number of records whose last change of the time was theirs.", "期内最后由其修改的记录数。") of ["parties", "contacts"];
    EDITED_PASSING = Count "edited_passing" v 1 ("Passing", "合格数")
        ("Number of them that pass every check of the report data-quality.", "其中通过全部数据质量检查的记录数。") of ["parties", "contacts"];
    EDITED_QUALITY = Ratio "edited_quality" v 1 ("Quality", "质量")
        ("edited_passing ÷ edited_records.", "合格数 ÷ 最后修改记录数。") of ["parties", "contacts"];
    RECORDS_CREATED = Count "records_created" v 1 ("Created", "新增数")
        ("Number of records of a list that were made in the month.", "当月创建的记录数。") of [];
    RECORDS_HELD = Count "records_held" v 1 ("Records", "累计数")
        ("Number of them at its end.", "月末累计记录数。") of [];
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
    ROLLOUT_STEPS_DONE = Count "rollout_steps_done" v 1 ("Steps done", "完成步骤数")
        ("Number of steps of roll-outs that were done on the days of the time.", "区间内完成的实施步骤数。") of ["rollout-steps"];
    ROLLOUT_STEP_MINUTES = Minutes "rollout_step_minutes" v 1 ("Minutes of steps", "步骤用时(分钟)")
        ("Sum over rollout_steps_done of the minutes from their beginning until they were done.", "完成步骤自开始至完成的分钟数之和。") of ["rollout-steps"];
    ROLLOUT_STEP_MEAN = Minutes "rollout_step_mean" v 1 ("Mean minutes of a step", "步骤平均用时(分钟)")
        ("rollout_step_minutes ÷ rollout_steps_done, rounded.", "步骤用时 ÷ 完成步骤数,四舍五入。") of ["rollout-steps"];
    ROLLOUT_STEPS_IN_TIME = Ratio "rollout_steps_in_time" v 1 ("Steps in time", "步骤按期完成率")
        ("Of rollout_steps_done that had a day or a limit: those that were done by then.", "有计划日期或时限的完成步骤中按期完成的比例。") of ["rollout-steps"];
    ROLLOUT_BACKLOG = Count "rollout_backlog" v 1 ("Backlog of steps", "进行中步骤数")
        ("Number of steps that are worked on or wait for an approval.", "进行中或待审批的步骤数。") of ["rollout-steps"];
    ROLLOUT_STEPS_OVERDUE = Count "rollout_steps_overdue" v 1 ("Steps overdue", "逾期步骤数")
        ("Of rollout_backlog: those whose time is over.", "进行中步骤中已逾期的数量。") of ["rollout-steps"];
    TRAININGS_DUE = Count "trainings_due" v 1 ("Trainings due", "应培训项次")
        ("Members of the roll-out × its training items.", "实施项目成员数 × 培训项目数。") of ["rollouts"];
    TRAININGS_PASSED = Count "trainings_passed" v 1 ("Trainings passed", "合格项次")
        ("Of trainings_due: those that the member has passed in any attempt.", "应培训项次中任一次考核合格的数量。") of ["training-records", "rollouts"];
    TRAINING_PASS_RATE = Ratio "training_pass_rate" v 1 ("Pass rate", "培训合格率")
        ("trainings_passed ÷ trainings_due.", "合格项次 ÷ 应培训项次。") of ["training-records", "rollouts"];
    ROOT_CAUSES = Count "root_causes" v 1 ("Root causes", "原因数")
        ("Number of causes that were entered on the days of the time.", "区间内登记的原因数。") of ["root-causes"];
    ROOT_CAUSE_SHARE = Ratio "root_cause_share" v 1 ("Share of causes", "原因占比")
        ("root_causes ÷ those of all rows.", "原因数 ÷ 全部原因数。") of ["root-causes"];
    ROOT_CAUSE_CUMULATIVE = Ratio "root_cause_cumulative" v 1 ("Cumulative share of causes", "原因累计占比")
        ("Sum of root_cause_share over this row and those above it.", "本行及以上各行原因占比之和。") of ["root-causes"];
    PHONE_CALLS = Count "phone_calls" v 1 ("Calls", "电话数")
        ("Number of calls that began in the time.", "期间内开始的电话数。") of ["phone-calls"];
    INCOMING_CALLS = Count "incoming_calls" v 1 ("Incoming calls", "呼入数")
        ("Of phone_calls: those that came in.", "其中呼入数。") of ["phone-calls"];
    OUTGOING_CALLS = Count "outgoing_calls" v 1 ("Outgoing calls", "呼出数")
        ("Of phone_calls: those that went out.", "其中呼出数。") of ["phone-calls"];
    ANSWERED_CALLS = Count "answered_calls" v 1 ("Calls answered", "接通数")
        ("Of phone_calls: those that were answered.", "其中接通数。") of ["phone-calls"];
    ANSWERED_CALL_SHARE = Ratio "answered_call_share" v 1 ("Answered share", "接通率")
        ("answered_calls ÷ phone_calls.", "接通数 ÷ 电话数。") of ["phone-calls"];
    SALES_BY_PHONE = Count "sales_by_phone" v 1 ("Sold by phone", "电话成交数")
        ("Of answered_calls: those with the result sold.", "接通电话中结果为成交的数量。") of ["phone-calls"];
    CALL_CONVERSION = Ratio "call_conversion" v 1 ("Conversion of calls", "电话转化率")
        ("sales_by_phone ÷ answered_calls.", "电话成交数 ÷ 接通数。") of ["phone-calls"];
    MEAN_TALK_SECONDS = Ratio "mean_talk_seconds" v 1 ("Seconds spoken on average", "平均通话秒数")
        ("Sum of talk_seconds ÷ calls that have it.", "通话秒数之和 ÷ 有通话时长的电话数。") of ["phone-calls"];
    RATED_CALLS = Count "rated_calls" v 1 ("Calls judged", "质检数")
        ("Of phone_calls: those that somebody else has judged.", "其中经他人质检的数量。") of ["phone-calls"];
    CALL_QUALITY = Ratio "call_quality" v 1 ("Quality of calls", "质检平均分")
        ("Sum of quality_score, 0 to 100, ÷ rated_calls.", "质检得分(0–100)之和 ÷ 质检数。") of ["phone-calls"];
    PROMISED_ITEMS = Count "promised_items" v 1 ("Promised items", "承诺项数")
        ("Number of media by which something was promised, promise by promise.", "各承诺的兑现媒介项数之和。") of ["promises"];
    SENT_ITEMS = Count "sent_items" v 1 ("Items sent", "已发送项数")
        ("Of promised_items: those that were sent.", "其中已发送数。") of ["promises"];
    ITEMS_IN_TIME = Count "items_in_time" v 1 ("Items in time", "按时发送项数")
        ("Of sent_items: those by the day that was named.", "其中不晚于承诺日期的数量。") of ["promises"];
    ITEMS_OVERDUE = Count "items_overdue" v 1 ("Items overdue", "逾期未发项数")
        ("Of promised_items: not sent after the day, of promises that are open.", "未结承诺中过期未发送的数量。") of ["promises"];
    ITEMS_IN_TIME_RATE = Ratio "items_in_time_rate" v 1 ("Items in time", "按时发送率")
        ("items_in_time ÷ (sent_items + items_overdue).", "按时发送数 ÷(已发送 + 逾期未发)。") of ["promises"];
    FOLLOW_UPS_CALLED_FOR = Count "follow_ups_called_for" v 1 ("Follow-ups called for", "触发跟进数")
        ("Number of tasks that rules and workflows have made.", "规则和工作流生成的待办数。") of ["tasks"];
    FOLLOW_UPS_ATTEMPTED = Count "follow_ups_attempted" v 1 ("Follow-ups attempted", "已尝试跟进数")
        ("Of these: those with a call that was made for them, or completed.", "其中已为其拨打电话或已完成的数量。") of ["tasks", "phone-calls"];
    FOLLOW_UP_ATTEMPT_RATE = Ratio "follow_up_attempt_rate" v 1 ("Attempted", "跟进尝试率")
        ("follow_ups_attempted ÷ follow_ups_called_for.", "已尝试 ÷ 触发数。") of ["tasks", "phone-calls"];
    SECONDS_TO_ATTEMPT = Ratio "seconds_to_attempt" v 1 ("Seconds to the first attempt", "至首次尝试平均秒数")
        ("Sum of the seconds from when the task was made to its first attempt ÷ follow_ups_attempted.", "自待办生成至首次尝试的秒数之和 ÷ 已尝试数。") of ["tasks", "phone-calls"];
}
