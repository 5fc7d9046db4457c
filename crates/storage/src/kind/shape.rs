//! The fields of a resource, and the statements that follow from them.

use super::Resource;
use crate::Field;

/// The fields of a resource, and statements made of their names.
pub struct Shape {
    /// In the order of the columns.
    pub fields: Vec<Field>,
    /// `t.a, t.b, …`
    pub columns: &'static str,
    /// `INSERT INTO … VALUES ($1, …)`
    pub insert: &'static str,
    /// `INSERT INTO … VALUES `, to be followed by rows.
    pub insert_many: &'static str,
    /// `UPDATE … SET …` whose values are the columns in order, then the version that was read.
    pub update: &'static str,
}

impl Shape {
    pub(super) fn of<R: Resource>() -> Self {
        let mut fields = Vec::new();
        R::fields(&mut fields);
        let table = R::kind().table;
        let columns: Vec<_> = fields.iter().flat_map(|field| field.columns).copied().collect();
        let list = |item: &dyn Fn(usize, &str) -> String| {
            let items: Vec<_> =
                columns.iter().enumerate().map(|(at, column)| item(at, column)).collect();
            items.join(", ")
        };
        // The column names come from the derive, so these texts are as fixed as literals; each is
        // made once per resource and lives as long as the program.
        let fixed = |text: String| -> &'static str { text.leak() };
        let places = list(&|at, _| format!("${}", at + 2));
        let names = list(&|_, column| column.to_owned());
        let sets = list(&|at, column| format!("{column} = ${}", at + 2));
        Self {
            columns: fixed(list(&|_, column| format!("t.{column}"))),
            insert: fixed(format!(
                "INSERT INTO {table} (tenant_id, {names}) VALUES ($1, {places})"
            )),
            insert_many: fixed(format!("INSERT INTO {table} (tenant_id, {names}) VALUES ")),
            update: fixed(format!(
                "UPDATE {table} SET {sets} WHERE tenant_id = $1 AND id = $2 AND version = ${}",
                columns.len() + 2
            )),
            fields,
        }
    }
}
