//! What only this crate can refuse.

guanxi_kernel::problems! {
    /// What was decided, withdrawn or voided is not decided again.
    APPROVAL_DECIDED = Conflict "approval_decided"
        ("Approval is decided", "The approval is {status} and your part in it is done; possible now: {allowed}.")
        ("审批已有结果", "审批状态为 {status},您已无需处理;目前可执行:{allowed}。");
    /// A decision about another level than the one that waits.
    LEVEL_NOT_CURRENT = Conflict "approval_level_not_current"
        ("Not the current level", "The decision names level {level}; the level that is being decided is {current}.")
        ("不是当前审批级次", "所指定的级次为 {level},当前审批级次为 {current}。");
    /// Somebody who is not asked.
    NOT_AN_APPROVER = Forbidden "not_an_approver"
        ("Not an approver", "The approval does not wait for you, nor for anybody whom you stand in for.")
        ("不是审批人", "该审批不由您或您所代理的人处理。");
    /// Somebody who asks themselves.
    OWN_APPROVAL = Forbidden "own_approval"
        ("Own approval", "Who asks for an approval, or owns what it is about, does not decide it.")
        ("不能审批自己的申请", "申请人或负责人不能审批自己的申请。");
    /// Only who has asked withdraws.
    NOT_THE_REQUESTER = Forbidden "not_the_requester"
        ("Not the requester", "Only who has asked for the approval, or owns what it is about, can withdraw it.")
        ("不是申请人", "只有申请人或负责人可以撤回审批。");
    /// A level that nobody could decide.
    NO_APPROVER = Conflict "no_approver"
        ("No approver", "Level {level} of the definition {definition} finds nobody who could decide.")
        ("没有审批人", "审批流程 {definition} 的第 {level} 级找不到可以审批的人。");
    /// A role with more members than can be asked at once.
    TOO_MANY_APPROVERS = Conflict "too_many_approvers"
        ("Too many approvers", "Level {level} would ask more than {limit} people; name a smaller role.")
        ("审批人过多", "第 {level} 级的审批人超过 {limit} 人,请改用人数较少的角色。");
    /// The same document about the same record waits already.
    APPROVAL_PENDING = Conflict "approval_pending"
        ("Approval is pending", "Approval {approval_id} of the same kind is still waiting for a decision.")
        ("审批进行中", "同类审批 {approval_id} 仍在等待处理。");
    /// No definition asks for it.
    APPROVAL_NOT_NEEDED = Conflict "approval_not_needed"
        ("No approval needed", "No active definition for {document} fits these facts, so there is nothing to approve.")
        ("无需审批", "没有适用于 {document} 及所给条件的有效审批流程,无需审批。");
    /// A closed task cannot be changed, nor closed again.
    TASK_CLOSED = Conflict "task_closed"
        ("Task is closed", "The task is {status}; possible now: {allowed}.")
        ("待办已关闭", "待办状态为 {status},目前可执行:{allowed}。");
    /// Only a closed task can be opened again.
    TASK_OPEN = Conflict "task_open"
        ("Task is open", "The task is {status}; possible now: {allowed}.")
        ("待办未关闭", "待办状态为 {status},目前可执行:{allowed}。");
    /// There is another one in its place.
    TASK_CALLED_FOR = Conflict "task_called_for"
        ("Called for again", "The rule of the task has called for another one about the same record, which is open.")
        ("已有新的待办", "该规则已就同一记录生成新的待办,且尚未完成。");
    /// A type that is only asked for by what it is about.
    NOT_ASKED_DIRECTLY = Invalid "not_asked_directly"
        ("Not asked for directly", "Approvals of this type are asked for by the program when a record needs one.")
        ("不能直接申请", "此类审批由系统在记录需要时自动发起。");
    /// A state of a playbook that does not allow it.
    PLAYBOOK_MOVE_NOT_ALLOWED = Conflict "playbook_move_not_allowed"
        ("Not possible now", "The playbook is {status}; possible now: {allowed}.")
        ("当前不可执行", "作业模板状态为 {status},目前可执行:{allowed}。");
    /// What a playbook is for and about stays once it was published.
    PLAYBOOK_FIXED = Invalid "playbook_fixed"
        ("Cannot be changed", "What a playbook is for and about stays once it was published; make another one.")
        ("不可更改", "作业模板发布后,用途和适用对象不可更改,请新建模板。");
    /// Records of one kind have one card.
    CARD_EXISTS = Conflict "card_exists"
        ("There is a card", "Another published playbook is the card of records of type {about_type}; retire it first.")
        ("已有信息卡", "类型 {about_type} 已有已发布的信息卡模板,请先停用。");
    /// A playbook with which nothing is begun.
    PLAYBOOK_NOT_PUBLISHED = Invalid "playbook_not_published"
        ("Not published", "The playbook is not published, so nothing can be filled in by it.")
        ("模板未发布", "该作业模板未发布,不能填写。");
    /// An item that a field of the record answers.
    ANSWERED_BY_RECORD = Invalid "answered_by_record"
        ("Answered by the record", "The field {field} of the record answers it; change it there.")
        ("由记录字段填写", "该项由记录的字段 {field} 填写,请在记录中修改。");
    /// A step that waits for the ones before it.
    STEP_NOT_OPEN = Invalid "step_not_open"
        ("Step has not begun", "The step {step} begins when {lacking} is filled in.")
        ("步骤未开始", "步骤 {step} 须在 {lacking} 填写后才能开始。");
    /// Something required that is not filled in.
    ITEM_MISSING = Invalid "item_missing"
        ("Not filled in", "{name} ({item}) is required and not filled in.")
        ("未填写", "必填项 {name}({item})未填写。");
    /// What is completed does not change.
    RUN_COMPLETED = Conflict "run_completed"
        ("Completed", "It is {status}; possible now: {allowed}.")
        ("已完成", "状态为 {status},目前可执行:{allowed}。");
    /// What is still being filled in.
    RUN_OPEN = Conflict "run_open"
        ("Not completed", "It is {status}; possible now: {allowed}.")
        ("未完成", "状态为 {status},目前可执行:{allowed}。");
    /// A record has its card already.
    RUN_EXISTS = Conflict "run_exists"
        ("Has its card", "The record has its card already: {run_id}.")
        ("已有信息卡", "该记录已有信息卡:{run_id}。");
    /// Who has written something does not review it.
    OWN_REVIEW = Forbidden "own_review"
        ("Own work", "Who has written something, or is responsible for it, does not review it.")
        ("不能检核自己的工作", "填写人或负责人不能检核自己的内容。");
    /// A state of a workflow that does not allow it.
    WORKFLOW_MOVE_NOT_ALLOWED = Conflict "workflow_move_not_allowed"
        ("Not possible now", "The workflow is {status}; possible now: {allowed}.")
        ("当前不可执行", "工作流状态为 {status},目前可执行:{allowed}。");
    /// A key has limits, which what a workflow does would not know.
    PUBLISHED_BY_KEY = Forbidden "published_by_key"
        ("Not by a key", "A workflow acts with the rights of whoever publishes it; sign in to do so.")
        ("不能使用密钥发布", "工作流以发布人的权限执行,请登录后发布。");
    /// As many workflows are in use as there can be.
    TOO_MANY_WORKFLOWS = Conflict "too_many_workflows"
        ("Too many workflows", "At most {limit} workflows are in use at once; pause another one first.")
        ("工作流过多", "同时启用的工作流最多 {limit} 个,请先暂停其他工作流。");
    /// A step for the owner of a record that has none, or for a role that nobody has.
    NOBODY_TO_ACT = Conflict "nobody_to_act"
        ("Nobody to act", "The step is for the owner of the record, and the record has none; or for a role that nobody has.")
        ("无执行人", "该步骤由记录负责人或某角色成员执行,但记录没有负责人,或该角色没有成员。");
    /// A personal task goes to nobody but the owner of its record.
    TASK_IS_PERSONAL = Conflict "personal_task"
        ("Personal task", "The rule behind the task is personal: it is done by the owner of the record, and goes to nobody else. Transfer the record first.")
        ("专人待办", "该待办由个性化规则生成,只能由记录负责人办理,不能转给他人;请先移交记录。");
    /// There is no card for such records.
    NO_CARD = Conflict "no_card"
        ("No card", "No published playbook is the card of records of type {about_type}.")
        ("没有信息卡模板", "类型 {about_type} 没有已发布的信息卡模板。");
    /// What a record is made of, for whose sake there is another one.
    FIXED_ONCE_MADE = Invalid "fixed_once_made"
        ("Cannot be changed", "It stays as it was made; make another record instead.")
        ("不可更改", "该项创建后不可更改,请新建记录。");
    /// A state of a roll-out that does not allow it.
    ROLLOUT_STATE = Conflict "rollout_state"
        ("Not possible now", "The roll-out is {state}; possible now: {allowed}.")
        ("当前不可执行", "实施项目状态为 {state},目前可执行:{allowed}。");
    /// A roll-out with nothing to do.
    ROLLOUT_WITHOUT_STEPS = Conflict "rollout_without_steps"
        ("No steps", "The roll-out has no steps; make some first.")
        ("没有步骤", "该实施项目没有步骤,请先添加。");
    /// Steps that could never be late.
    ROLLOUT_NOT_PLANNED = Conflict "rollout_not_planned"
        ("Not planned", "These steps have neither a day nor a limit: {steps}.")
        ("未安排时间", "以下步骤既无计划日期也无时限:{steps}。");
    /// A template says which steps there are.
    ROLLOUT_STEPS_FIXED = Conflict "rollout_steps_fixed"
        ("Steps are fixed", "The roll-out has the steps of its template and no others.")
        ("步骤固定", "该实施项目的步骤由模板规定,不可增删。");
    /// A status of a step that does not allow it.
    ROLLOUT_STEP_STATUS = Conflict "rollout_step_status"
        ("Not possible now", "The step is {status}; possible now: {allowed}.")
        ("当前不可执行", "步骤状态为 {status},目前可执行:{allowed}。");
    /// A step before its turn.
    ROLLOUT_STEP_WAITING = Conflict "rollout_step_waiting"
        ("Not its turn", "The step {step} comes first and is not done.")
        ("前一步骤未完成", "须先完成步骤 {step}。");
    /// A step without what it is to bring.
    ROLLOUT_STEP_LACKS = Conflict "rollout_step_lacks"
        ("Not ready", "The step cannot be done yet, since this is lacking: {needs}.")
        ("条件未满足", "步骤尚不能完成,缺少:{needs}。");
    /// A step after which others were done.
    ROLLOUT_STEP_FOLLOWED = Conflict "rollout_step_followed"
        ("Others came after it", "The next step, {step}, is done or handed in; reopen or reject that first.")
        ("后续步骤已进行", "后续步骤 {step} 已完成或已提交,请先重新打开或退回。");
    /// A step for which nobody answers, or several do.
    ONE_ACCOUNTABLE = Invalid "one_accountable"
        ("Exactly one accountable", "Exactly one department is accountable for a step, not {count}.")
        ("须有且仅有一个负责部门", "每个步骤须有且仅有一个负责部门,现有 {count} 个。");
    /// Somebody who does not work in the roll-out.
    NOT_A_MEMBER = Invalid "not_a_member"
        ("Not a member", "The user is no member of the roll-out.")
        ("不是成员", "该用户不是实施项目的成员。");
    /// The company wants people trained before they import.
    TRAINING_REQUIRED = Forbidden "training_required"
        ("Training required", "Who imports must have passed the training item {item}.")
        ("须先通过培训", "导入数据前须通过培训项目 {item}。");
    /// Something that was, or still can be, done in time.
    NOT_MISSED = Invalid "not_missed"
        ("Not missed", "It is not overdue, and was neither done late nor put off.")
        ("未逾期", "该项未逾期,也未延期或逾期完成。");
}
