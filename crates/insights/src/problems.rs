//! What only this crate can refuse.

guanxi_kernel::problems! {
    /// A formula that cannot be read.
    BAD_FORMULA = Invalid "bad_formula"
        ("Formula cannot be read", "At byte {offset} was expected: {expected}.")
        ("公式无法识别", "第 {offset} 字节处应为:{expected}。");
    /// Weights that do not make one whole.
    WEIGHTS_NOT_ONE = Invalid "weights_not_one"
        ("Weights do not make one", "The weights sum to {sum}, and must sum to 1.")
        ("权重之和不为1", "权重之和为 {sum},应为 1。");
}
