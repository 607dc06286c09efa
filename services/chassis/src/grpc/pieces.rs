//! Bytes in pieces that fit into messages.

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, stream};

/// The same bytes in pieces of at most `most`, and none that is empty.
pub fn pieces<E>(
    bytes: impl Stream<Item = Result<Bytes, E>>,
    most: usize,
) -> impl Stream<Item = Result<Bytes, E>> {
    let cut = move |mut bytes: Bytes| {
        stream::iter(std::iter::from_fn(move || {
            (!bytes.is_empty()).then(|| Ok(bytes.split_to(bytes.len().min(most))))
        }))
    };
    bytes.map_ok(cut).try_flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_lost_and_nothing_is_too_large() {
        let bytes = ["abcde", "", "f", "gh"].map(|part| Ok::<_, ()>(Bytes::from(part)));
        let cut: Vec<_> = pieces(stream::iter(bytes), 2).try_collect().await.unwrap();
        assert_eq!(cut, ["ab", "cd", "e", "f", "gh"]);
    }
}
