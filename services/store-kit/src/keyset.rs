//! Paging by the place where the last page ended.

use sea_orm::{
    Value,
    sea_query::{Expr, ExprTrait as _, IntoColumnRef, Order, SimpleExpr},
};

/// The rows that come after `last` when ordered by `columns`, all of them in `order`.
///
/// A comparison of rows, `(a, b) < (x, y)`: PostgreSQL makes an index range of it, which it cannot
/// of the equal `a < x OR (a = x AND b < y)`.
pub fn after<const N: usize>(
    columns: [impl IntoColumnRef; N],
    last: [Value; N],
    order: &Order,
) -> SimpleExpr {
    let columns = Expr::tuple(columns.map(Expr::col));
    let last = Expr::tuple(last.map(Expr::val));
    match order {
        Order::Desc => columns.lt(last),
        _ => columns.gt(last),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{PostgresQueryBuilder, Query, SqliteQueryBuilder};

    use super::*;

    #[test]
    fn compares_rows() {
        let select = Query::select()
            .column("id")
            .from("ticket")
            .and_where(after(["number", "id"], [7.into(), 1.into()], &Order::Desc))
            .to_owned();
        let expected = r#"SELECT "id" FROM "ticket" WHERE ("number", "id") < (7, 1)"#;
        assert_eq!(select.to_string(PostgresQueryBuilder), expected);
        assert_eq!(select.to_string(SqliteQueryBuilder), expected);
    }
}
