//! What only this crate can refuse.

guanxi_kernel::problems! {
    /// A formula that cannot be read.
    BAD_FORMULA = Invalid "bad_formula"
        ("Formula cannot be read", "At byte {offset} was expected: {expected}.")
        ("公式无法识别", "第 {offset} 字节处应为:{expected}。");
    /// A table of two dimensions with more cells than anybody reads.
    TOO_MANY_CELLS = Invalid "too_many_cells"
        ("Too many cells", "There are more than {limit} cells; choose dimensions with fewer values, or fewer records.")
        ("单元格过多", "单元格超过{limit}个,请选择取值较少的维度或缩小范围。");
    /// Records that name no party, and so make no segment.
    NO_PARTIES = Invalid "no_parties"
        ("No parties", "Records of {resource} name no party.")
        ("没有客户", "{resource} 的记录未关联客户。");
    /// Weights that do not make one whole.
    WEIGHTS_NOT_ONE = Invalid "weights_not_one"
        ("Weights do not make one", "The weights sum to {sum}, and must sum to 1.")
        ("权重之和不为1", "权重之和为 {sum},应为 1。");
    /// A cell of a report that counts no customers of whom there could be a list.
    CELL_IS_NO_LIST = Invalid "cell_is_no_list"
        ("No list of it", "No list can be made of this cell: {why}.")
        ("无法生成名单", "该单元格无法生成名单:{why}。");
}
