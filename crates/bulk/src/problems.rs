//! What bulk work can refuse.

guanxi_kernel::problems! {
    /// A job that is over.
    JOB_FINISHED = Conflict "job_finished"
        ("Job finished", "The job is over; there is nothing to cancel.")
        ("任务已结束", "该任务已结束,无法取消。");
    /// What is to be undone did not succeed, or cannot be undone.
    NOTHING_TO_UNDO = Conflict "nothing_to_undo"
        ("Nothing to undo", "The job has written nothing that can be undone.")
        ("无可撤销内容", "该任务没有可撤销的写入。");
    /// An import that is under way or done.
    IMPORT_COMMITTED = Conflict "import_committed"
        ("Import committed", "The import has been committed already; upload the file again for another one.")
        ("导入已提交", "该导入已提交;如需再次导入,请重新上传文件。");
    /// Text that is not the name of one record.
    AMBIGUOUS = Invalid "ambiguous"
        ("Ambiguous", "Several records fit this.")
        ("匹配不唯一", "有多条记录符合。");
    /// A record that others have changed since.
    CHANGED_SINCE = Conflict "changed_since"
        ("Changed since", "The record was changed since, so it was left as it is.")
        ("此后已被修改", "该记录此后已被修改,故保持不变。");
    /// A file that is not there any more.
    FILE_GONE = Gone "file_gone"
        ("File gone", "The file is not kept any more.")
        ("文件已不存在", "该文件已不再保留。");
    /// A file that is not taken.
    FILE_TYPE_REFUSED = Invalid "file_type_refused"
        ("File type refused", "The name must end with one of {expected}, and the content must be of that type.")
        ("文件类型不被接受", "文件名须以 {expected} 之一结尾,且内容须与之相符。");
    /// An export without a file.
    NO_FILE_YET = Conflict "no_file_yet"
        ("No file yet", "The export has no file: its job is not done, or could not do it.")
        ("尚无文件", "该导出尚无文件:任务未完成或未能完成。");
    /// A record that belongs to the company, in the hands of whoever has brought it in.
    COMPANY_PROPERTY = Forbidden "company_property"
        ("Property of the company", "You have brought {count} of these into the customer base; they belong to the company, and you neither delete nor export them.")
        ("属于公司财产", "其中 {count} 条由您转入基盘,已属公司财产,您不能删除或导出。");
    /// Another worker has the job now, or it was cancelled.
    LEASE_LOST = Conflict "lease_lost"
        ("Lease lost", "The job is not this worker's any more.")
        ("任务租约已失效", "该任务已不再由此工作进程执行。");
    /// A job that was taken up again and again and came no further.
    JOB_INTERRUPTED = Conflict "job_interrupted"
        ("Job interrupted", "The job was cut off {count} times at the same place.")
        ("任务反复中断", "该任务在同一位置已中断 {count} 次。");
    /// Contracts that still run, or on which money is owed.
    ERASURE_CONTRACTS_OPEN = Conflict "erasure_contracts_open"
        ("Contracts under way", "{count} contracts with this person run or are not paid; end them first. The first of them is {contract_id}.")
        ("合同未结束", "该客户尚有 {count} 份合同未结束或未结清,请先处理;第一份为 {contract_id}。");
    /// Jobs that read or write records now.
    ERASURE_JOBS_RUNNING = Conflict "erasure_jobs_running"
        ("Jobs under way", "The job {job_id} reads or writes records; wait for its end or cancel it.")
        ("任务进行中", "任务 {job_id} 正在读写记录,请等待完成或先取消。");
    /// A company, which is no person.
    NOT_A_PERSON = Conflict "not_a_person"
        ("Not a person", "An organisation is not erased; erase the people in it, or delete it.")
        ("不是自然人", "单位不能做个人信息删除,请删除其联系人的个人信息,或删除该单位。");
    /// Somebody of whom nothing is known any more.
    ALREADY_ERASED = Conflict "already_erased"
        ("Erased already", "Nothing is stored of this person any more.")
        ("已删除个人信息", "系统中已没有该人的个人信息。");
    /// An erasure that was not meant for this record.
    NOT_CONFIRMED = Invalid "not_confirmed"
        ("Not confirmed", "Name the id of the record once more: an erasure cannot be undone.")
        ("未确认", "请再次填写该记录的编号:个人信息删除后无法恢复。");
}
