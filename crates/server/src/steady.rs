//! Background work that goes on after a panic: without it a node would do no jobs, or send no webhooks, for as
//! long as it runs, and say that all is well.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// How long work that has panicked rests.
const PAUSE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(1) };

/// Begins the work, and begins it anew whenever it panics, until it ends by itself. `work` is what the metric
/// calls it.
pub(crate) async fn keep<T>(work: &'static str, begin: impl AsyncFn() -> T) -> T {
    loop {
        match caught(begin()).await {
            Ok(ended) => return ended,
            Err(panic) => {
                metrics::counter!("guanxi_background_panics_total", "work" => work).increment(1);
                let panic = text(&*panic);
                tracing::error!(work, panic, "background work panicked; it goes on in a while");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What comes of the work, or with what it panics.
async fn caught<F: Future>(work: F) -> std::thread::Result<F::Output> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // It is not polled again after a panic.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Ready(ended)) => Poll::Ready(Ok(ended)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let owned = || panic.downcast_ref::<String>().map(String::as_str);
    panic.downcast_ref::<&str>().copied().or_else(owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn work_that_panics_begins_again_until_it_ends() {
        let begun = Cell::new(0);
        let work = async || {
            begun.set(begun.get() + 1);
            tokio::task::yield_now().await;
            assert!(begun.get() > 2, "a defect, {} times", begun.get());
            begun.get()
        };
        assert_eq!(keep("jobs", work).await, 3);
    }

    #[tokio::test]
    async fn a_panic_says_what_it_was() {
        let number = 7;
        let owned = caught(async { assert!(number == 8, "a defect of {number}") }).await;
        assert_eq!(text(&*owned.expect_err("a panic")), "a defect of 7");
        let fixed = caught(async { assert!(number == 8, "a defect") }).await;
        assert_eq!(text(&*fixed.expect_err("a panic")), "a defect");
    }
}
