//! Customers and prospects, two populations that share nobody.
//!
//! A list that was made of a cell of a report has whomever the report has counted, whatever their roles are now: that is
//! the population `everybody`. Price: who asks for a rule among everybody meets suppliers and competitors too.

use guanxi_storage::Sql;

guanxi_kernel::words! {
    /// Of whom something is asked.
    #[derive(Default)]
    pub enum Population {
        /// Parties with the role of a customer.
        Customers = "customers" ("Customers", "现有客户"),
        /// Parties with the role of a prospect that are no customers yet.
        Prospects = "prospects" ("Prospects", "潜在客户"),
        /// Both.
        #[default]
        All = "all" ("Customers and prospects", "全部"),
        /// All parties, whatever their roles.
        Everybody = "everybody" ("Everybody", "全部往来单位"),
    }
}

impl Population {
    /// Adds the condition that the party `t` belongs to it.
    ///
    /// Roles are words of a closed vocabulary, so the text of the list has each as it is spelt; that is
    /// read with the row, where the index of terms would be asked once for each party.
    pub fn write(self, sql: &mut Sql) {
        const CUSTOMER: &str = r#"CAST(t.roles AS TEXT) LIKE '%"customer"%'"#;
        const PROSPECT: &str = r#"CAST(t.roles AS TEXT) LIKE '%"prospect"%'"#;
        match self {
            Self::Customers => sql.push(CUSTOMER),
            Self::Prospects => sql.push(PROSPECT).push(" AND NOT ").push(CUSTOMER),
            Self::All => sql.push("(").push(CUSTOMER).push(" OR ").push(PROSPECT).push(")"),
            Self::Everybody => sql.push("TRUE"),
        };
    }
}
