//! Pages of lists: keyset paging behind an opaque token.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Invalid;

/// Rows of a page when the caller names no number.
pub const DEFAULT_SIZE: u32 = 25;
/// The most rows of a page; asking for more gives this many.
pub const MAX_SIZE: u32 = 100;

/// What a caller asks of a list. `K` is the sort key of the last row already seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<K> {
    /// Rows wanted, 1 to [`MAX_SIZE`].
    pub size: u32,
    /// Start after this key; from the beginning when absent.
    pub after: Option<K>,
}

impl<K: DeserializeOwned> PageRequest<K> {
    /// Reads `page_size` and `page_token` of a request.
    ///
    /// # Errors
    /// [`Invalid`] for a negative size and for a token this list did not make.
    pub fn parse(page_size: i32, page_token: &str) -> Result<Self, Invalid> {
        let size = u32::try_from(page_size)
            .map_err(|_| Invalid::field("page_size", "must not be negative"))?;
        let size = if size == 0 { DEFAULT_SIZE } else { size.min(MAX_SIZE) };
        let after = if page_token.is_empty() { None } else { Some(decode(page_token)?) };
        Ok(Self { size, after })
    }
}

impl<K> PageRequest<K> {
    /// Rows to fetch: one more than wanted, which tells whether there is a next page.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.size as u64 + 1
    }
}

fn decode<K: DeserializeOwned>(token: &str) -> Result<K, Invalid> {
    BASE64_URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Invalid::field("page_token", "is not a token of this list"))
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Token of the next page; empty on the last.
    pub next_token: String,
    /// All rows that match, on every page together.
    pub total: u64,
}

impl<T> Page<T> {
    /// Makes a page of up to [`PageRequest::limit`] rows; `key` gives a row's sort key.
    pub fn of<K: Serialize>(
        mut rows: Vec<T>,
        request: &PageRequest<K>,
        total: u64,
        key: impl Fn(&T) -> K,
    ) -> Self {
        let size = request.size as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let next_token = match rows.last() {
            // Sort keys are plain data; their JSON cannot fail.
            Some(last) if more => {
                BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last)).unwrap_or_default())
            }
            _ => String::new(),
        };
        Self { items: rows, next_token, total }
    }

    /// The same page of other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next_token: self.next_token,
            total: self.total,
        }
    }

    /// The total as the contracts carry it.
    #[must_use]
    pub fn total_size(&self) -> i64 {
        i64::try_from(self.total).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_the_row_after() {
        let request = PageRequest::<u32>::parse(2, "").unwrap();
        let page = Page::of(vec![10, 20, 30], &request, 3, |n| *n);
        assert_eq!(page.items, [10, 20]);
        let next = PageRequest::<u32>::parse(2, &page.next_token).unwrap();
        assert_eq!(next.after, Some(20));
        let last = Page::of(vec![30], &next, 3, |n| *n);
        assert_eq!(last.next_token, "");
    }

    #[test]
    fn sizes_and_tokens_from_outside() {
        assert_eq!(PageRequest::<u32>::parse(0, "").unwrap().size, DEFAULT_SIZE);
        assert_eq!(PageRequest::<u32>::parse(i32::MAX, "").unwrap().size, MAX_SIZE);
        assert!(PageRequest::<u32>::parse(-1, "").is_err());
        for token in ["x", "!", "bnVsbA==", "InRleHQi"] {
            assert!(PageRequest::<u32>::parse(1, token).is_err(), "{token}");
        }
    }
}
