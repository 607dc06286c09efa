//! Log lines of runs.

use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};

use super::entity::run_log::{self as row, Column, Entity};
use crate::domain::{
    log::{KeptLine, Level, Line},
    run::RunId,
};

/// Where lines go: their run and attempt, the sequence of the first of them, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) run: RunId,
    pub(super) attempt: i32,
    pub(super) first: i32,
    pub(super) time: DateTime<Utc>,
}

/// Adds lines whose sequence numbers the run has set aside for them.
pub(super) async fn insert(tx: &Tx, place: Place, lines: &[Line]) -> Result<(), StoreError> {
    let rows = (place.first..).zip(lines).map(|(sequence, line)| row::ActiveModel {
        run_id: Set(place.run.into()),
        sequence: Set(sequence),
        attempt: Set(place.attempt),
        time: Set(place.time),
        level: Set(line.level().as_str().to_owned()),
        code: Set(line.code().to_owned()),
        message: Set(line.message().to_owned()),
        fields: Set(line.fields().clone().into()),
    });
    Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// The newest lines of a run, in order.
///
/// # Errors
/// [`StoreError`].
pub async fn newest(
    db: &impl ConnectionTrait,
    run: RunId,
    limit: u64,
) -> Result<Vec<KeptLine>, StoreError> {
    let rows = Entity::find()
        .filter(Column::RunId.eq(run.as_uuid()))
        .order_by_desc(Column::Sequence)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().rev().map(kept).collect()
}

fn kept(row: row::Model) -> Result<KeptLine, StoreError> {
    let level = Level::from_name(&row.level)
        .ok_or_else(|| StoreError::Corrupt(format!("{:?} is no level", row.level)))?;
    let fields = match row.fields {
        serde_json::Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    };
    Ok(KeptLine {
        attempt: row.attempt,
        sequence: row.sequence,
        time: row.time,
        line: Line::new(level, &row.code, &row.message, fields),
    })
}
