//! What records of a kind are.

use sea_orm::{
    EntityTrait, Iterable as _, PrimaryKeyToColumn as _,
    sea_query::{Expr, ExprTrait as _, Query, SimpleExpr},
};
use uuid::Uuid;

use super::column::{Column, Object};

/// Records of a table.
#[derive(Debug, Clone)]
pub struct Kind {
    pub(super) name: &'static str,
    pub(super) table: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) key: Vec<Column>,
    scope: Scope,
    only: Option<(&'static str, &'static str)>,
    /// Columns of random bytes that are in no record, and how many bytes.
    pub(super) fresh: Vec<(&'static str, usize)>,
    pub(super) refers: Vec<(&'static str, &'static str)>,
    pub(super) append_only: bool,
    /// Columns and the tables in which the tenant must have the row they name.
    needs: Vec<(&'static str, &'static str)>,
}

#[derive(Debug, Clone, Copy)]
enum Scope {
    Column(&'static str),
    Parent { column: &'static str, parent: &'static str },
}

impl Kind {
    /// Every row that names the tenant in `tenant_id`, with every column.
    #[must_use]
    pub fn of<E: EntityTrait>(name: &'static str) -> Self {
        Self {
            name,
            table: E::default().table_name(),
            columns: E::Column::iter().map(|column| Column::of(&column)).collect(),
            key: E::PrimaryKey::iter().map(|key| Column::of(&key.into_column())).collect(),
            scope: Scope::Column("tenant_id"),
            only: None,
            fresh: Vec::new(),
            refers: Vec::new(),
            append_only: false,
            needs: Vec::new(),
        }
    }

    /// Rows that name the tenant in another column.
    #[must_use]
    pub fn by(mut self, column: &'static str) -> Self {
        self.scope = Scope::Column(column);
        self
    }

    /// Rows whose row of `parent`, named in `column`, is the tenant's.
    #[must_use]
    pub fn within(mut self, column: &'static str, parent: &'static str) -> Self {
        self.scope = Scope::Parent { column, parent };
        self.refers(column, parent)
    }

    /// Only rows with this word in a column.
    #[must_use]
    pub fn only(mut self, column: &'static str, word: &'static str) -> Self {
        self.only = Some((column, word));
        self
    }

    /// Keeps a column of random bytes out of records; each row gets others.
    #[must_use]
    pub fn fresh(mut self, column: &'static str, bytes: usize) -> Self {
        self.columns.retain(|kept| kept.name != column);
        self.fresh.push((column, bytes));
        self
    }

    /// Rows are only ever added: [`clear`](super::clear) leaves them.
    #[must_use]
    pub const fn append_only(mut self) -> Self {
        self.append_only = true;
        self
    }

    /// The column names a row of `parent` by its `id`, as the database will see to.
    #[must_use]
    pub fn refers(mut self, column: &'static str, parent: &'static str) -> Self {
        self.refers.push((column, parent));
        self
    }

    /// Leaves out rows whose row of `parent`, named in `column`, is another tenant's.
    #[must_use]
    pub fn needs(mut self, column: &'static str, parent: &'static str) -> Self {
        self.needs.push((column, parent));
        self.refers(column, parent)
    }

    /// Its name, and that of its file.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn belongs(&self, tenant: Uuid) -> SimpleExpr {
        match self.scope {
            Scope::Column(column) => Expr::col(column).eq(tenant),
            Scope::Parent { column, parent } => of_parent(column, parent, tenant),
        }
    }

    /// The tenant a record names, where records of the kind do.
    pub(super) fn tenant_of<'a>(&self, record: &'a Object) -> Option<&'a str> {
        match self.scope {
            Scope::Column(column) => record.get(column)?.as_str(),
            Scope::Parent { .. } => None,
        }
    }

    pub(super) fn exported(&self, tenant: Uuid) -> SimpleExpr {
        let only = self.only.map(|(column, word)| Expr::col(column).eq(word));
        let needed = self.needs.iter().map(|(column, parent)| of_parent(column, parent, tenant));
        only.into_iter().chain(needed).fold(self.belongs(tenant), SimpleExpr::and)
    }
}

fn of_parent(column: &'static str, parent: &'static str, tenant: Uuid) -> SimpleExpr {
    let of_tenant = Expr::col("tenant_id").eq(tenant);
    let parents = Query::select().column("id").from(parent).and_where(of_tenant).take();
    Expr::col(column).in_subquery(parents)
}
