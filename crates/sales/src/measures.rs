//! What targets and commission are measured by.

use crate::{commission_plans::CommissionBasis, targets::TargetMetric};
use guanxi_kernel::measure::Measure;

guanxi_kernel::measures! {
    WON_AMOUNT = Amount "won_amount" v 1 ("Won amount", "成交额")
        ("Sum of the amounts of opportunities by their day of closing as won, split among collaborators by largest remainder, converted by the rate of that day.",
         "按赢单日期汇总赢单商机金额,按最大余数法在协作者间分摊,按当日汇率折算。") of ["opportunities"];
    WON_MARGIN = Amount "won_margin" v 1 ("Margin", "毛利")
        ("Sum of the margins of the accepted quotes of opportunities by their day of closing as won; opportunities without a known margin are left out and counted.",
         "按赢单日期汇总赢单商机所接受报价的毛利;毛利未知的不计入并单独计数。") of ["opportunities", "quotes"];
    RECEIPTS = Amount "receipts" v 1 ("Receipts", "回款额")
        ("Sum of receipts less refunds by their business day, of whoever owned the contract when they were entered, split as the opportunity behind the contract is, converted by the rate of that day.",
         "按收款日期汇总收款并扣减退款,归属录入时的合同负责人,按合同所属商机的协作比例分摊,按当日汇率折算。") of ["receipts", "contracts", "opportunities"];
    WON_COUNT = Count "won_count" v 1 ("Won opportunities", "成交数")
        ("Number of opportunities by their day of closing as won.", "按赢单日期统计的赢单商机数。") of ["opportunities"];
    TARGET = Figure "target" v 1 ("Target", "指标")
        ("The figure of the version of a target in force at the instant.", "统计时点生效版次的指标值。") of ["targets"];
    REACHED = Figure "reached" v 1 ("Reached", "实际完成")
        ("What a target counts in its period, by its metric: won_amount, won_margin, receipts or won_count.",
         "指标期间内按其口径(成交额、毛利、回款额或成交数)的实际值。") of ["targets", "opportunities", "quotes", "receipts"];
    ATTAINMENT = Ratio "attainment" v 1 ("Attainment", "完成率")
        ("reached ÷ target, half-even to 4 decimals; null for a target of zero.", "实际 ÷ 指标,保留四位小数(银行家舍入);指标为零时为空。") of ["targets"];
    GROWTH = Ratio "growth" v 1 ("Growth", "增长率")
        ("(this − last) ÷ last, of the same period a year before; null without a last.", "(本期 − 去年同期) ÷ 去年同期;无去年数据时为空。") of ["targets"];
    RUN_RATE = Figure "run_rate" v 1 ("Run rate", "趋势推算")
        ("reached ÷ (days that have passed ÷ days of the period).", "实际 ÷(已过天数 ÷ 期间天数)。") of ["targets"];
    UNATTRIBUTED = Figure "unattributed" v 1 ("Unattributed", "未归属")
        ("reached of a target less reached of those below it.", "上级实际减去各下级实际之和。") of ["targets"];
    ATTAINMENT_RANK = Count "attainment_rank" v 1 ("Rank", "名次")
        ("One more than the number of peers with a higher attainment.", "完成率更高的同级数加一。") of ["targets"];
    ATTAINMENT_PERCENTILE = Ratio "attainment_percentile" v 1 ("Percentile", "百分位")
        ("Peers that are not better, this one included, ÷ all peers.", "不高于本项的同级数(含本项)÷ 全部同级数。") of ["targets"];
    COMMISSION = Amount "commission" v 1 ("Commission", "提成")
        ("Base by the basis of the plan × rate, half-even once to the minor unit; nothing of a base below zero.",
         "按方案依据的基数 × 比例,一次银行家舍入到最小货币单位;基数为负时为零。") of ["commission-plans", "opportunities", "receipts"];
}

impl TargetMetric {
    /// What it is.
    pub const fn measure(self) -> &'static Measure {
        match self {
            Self::Amount => &WON_AMOUNT,
            Self::Margin => &WON_MARGIN,
            Self::Receipts => &RECEIPTS,
            Self::Count => &WON_COUNT,
        }
    }
}

impl CommissionBasis {
    /// What the base is.
    pub const fn measure(self) -> &'static Measure {
        self.metric().measure()
    }

    /// What the base counts.
    pub const fn metric(self) -> TargetMetric {
        match self {
            Self::Receipts => TargetMetric::Receipts,
            Self::Margin => TargetMetric::Margin,
            Self::Amount | Self::Attainment => TargetMetric::Amount,
        }
    }
}
