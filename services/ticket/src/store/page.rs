//! Pages that fit into an answer.

use chamados_chassis::page::PageRequest;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Sort key of lists by time: the time, then the id.
pub type TimeKey = (DateTime<Utc>, Uuid);

/// Most bytes of text in a page. With what surrounds it, it stays below the 4 MiB that a gRPC
/// message may have, however long the texts are that people write.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// The same request for as many of `rows` as fit into an answer, at least one.
pub(super) fn fitting<T, K: Clone>(
    rows: &[T],
    request: &PageRequest<K>,
    bytes: impl Fn(&T) -> usize,
) -> PageRequest<K> {
    let sums = rows.iter().scan(0, |sum, row| {
        *sum += bytes(row);
        Some(*sum)
    });
    let fit = sums.take_while(|sum| *sum <= MOST_BYTES).count().max(1);
    let size = u32::try_from(fit).map_or(request.size, |fit| fit.min(request.size));
    PageRequest { size, after: request.after.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_make_short_pages() {
        let request = PageRequest::<u8> { size: 100, after: None };
        let size = |bytes: usize| fitting(&vec![bytes; 101], &request, |bytes| *bytes).size;
        assert_eq!(size(100), 100);
        assert_eq!(size(64 * 1024), 32);
        assert_eq!(size(MOST_BYTES + 1), 1);
    }
}
