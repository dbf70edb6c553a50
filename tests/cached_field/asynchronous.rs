//! Tests of async getters, on any runtime.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use futures::future::join_all;
use memokit::{Lazy, cached_field};

use crate::flight::watchdog;

#[derive(Default)]
struct Page {
    runs: AtomicU32,
    body: Lazy<String>,
    length: Lazy<usize>,
    status: Lazy<u16>,
    chained: Lazy<usize>,
    title: Lazy<String, (u32,)>,
    version: u32,
}

async fn pause() {
    let mut first = true;
    std::future::poll_fn(|cx| {
        if std::mem::take(&mut first) {
            cx.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

impl Page {
    #[cached_field]
    async fn body(&self) -> &str {
        self.runs.fetch_add(1, Relaxed);
        pause().await;
        String::from("hello")
    }

    #[cached_field]
    async fn length(&self) -> usize {
        self.runs.fetch_add(1, Relaxed);
        self.body().await.len()
    }

    #[cached_field]
    async fn status(&self) -> Result<&u16, Box<dyn std::error::Error + Send + Sync>> {
        pause().await;
        if self.runs.fetch_add(1, Relaxed) == 0 {
            return Err("refused".into());
        }
        let status = "200".parse()?;
        Ok(status)
    }

    #[cached_field(handle = false)]
    async fn chained(&self) -> usize {
        self.length().await + 1
    }

    #[cached_field(deps(version))]
    async fn title(&self) -> String {
        self.runs.fetch_add(1, Relaxed);
        pause().await;
        format!("v{}", self.version)
    }

    fn runs(&self) -> u32 {
        self.runs.swap(0, Relaxed)
    }
}

#[test]
fn an_async_getter_runs_once() {
    let page = Page::default();
    block_on(async {
        assert_eq!((page.body().await, page.body().await), ("hello", "hello"));
        assert_eq!((page.length().await, page.chained().await), (5, 6));
    });
    assert_eq!((page.runs(), page.body_cached(), page.length_cached()), (2, Some("hello"), Some(&5)));
    assert_eq!(block_on(page.length_uncached()), 5);
}

#[test]
fn an_async_error_is_not_stored() {
    let page = Page::default();
    block_on(async {
        assert_eq!(page.status().await.unwrap_err().to_string(), "refused");
        assert_eq!(page.status().await.unwrap(), &200);
        assert_eq!(page.status().await.unwrap(), &200);
    });
    assert_eq!(page.runs(), 2);
}

#[test]
fn an_async_getter_with_dependencies_computes_again() {
    let mut page = Page::default();
    assert_eq!(block_on(join_all([page.title(), page.title()])), ["v0", "v0"]);
    page.version = 1;
    assert_eq!((block_on(page.title()), page.runs()), ("v1".to_owned(), 2));
}

#[test]
fn the_futures_of_getters_are_send() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let page = Page::default();
    drop((send(page.body()), send(page.length()), send(page.status()), send(page.chained()), send(page.title())));
}

#[test]
fn tasks_of_one_thread_compute_once() {
    watchdog(|| {
        let page = Page::default();
        let all = block_on(join_all((0..64).map(|_| page.length())));
        assert_eq!((all, page.runs()), (vec![5; 64], 2));
    });
}

#[test]
fn tasks_of_a_runtime_compute_once() {
    watchdog(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        let page = Arc::new(Page::default());
        runtime.block_on(async {
            let tasks: Vec<_> = (0..64)
                .map(|_| {
                    let page = Arc::clone(&page);
                    tokio::spawn(async move { page.length().await })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.unwrap(), 5);
            }
        });
        assert_eq!(page.runs(), 2);
    });
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn after_the_leader_is_cancelled_a_waiting_task_computes() {
    watchdog(|| {
        let lazy: Lazy<u32> = Lazy::new();
        let mut leader = Box::pin(lazy.get_or_init_async(pending::<u32>));
        assert!(poll_once(leader.as_mut()).is_pending());
        let waiters = join_all((0..3).map(|i| lazy.get_or_init_async(move || async move { i })));
        let mut waiters = pin!(waiters);
        assert!(poll_once(waiters.as_mut()).is_pending());
        drop(leader);
        let values = block_on(waiters);
        assert!(values.iter().all(|value| Some(*value) == lazy.get()), "{values:?}");
    });
}

#[test]
fn a_cancelled_waiter_does_not_disturb_the_others() {
    watchdog(|| {
        let lazy: Lazy<u32> = Lazy::new();
        let (send, receive) = futures::channel::oneshot::channel();
        let mut leader = Box::pin(lazy.get_or_init_async(|| async { receive.await.unwrap() }));
        let mut leaves = Box::pin(lazy.get_or_init_async(|| async { 1 }));
        let mut stays = Box::pin(lazy.get_or_init_async(|| async { 2 }));
        assert!(poll_once(leader.as_mut()).is_pending());
        assert!(poll_once(leaves.as_mut()).is_pending());
        assert!(poll_once(stays.as_mut()).is_pending());
        drop(leaves);
        send.send(7).unwrap();
        assert_eq!((block_on(leader), block_on(stays)), (&7, &7));
    });
}

#[test]
fn a_thread_waits_for_a_task_of_another_thread() {
    watchdog(|| {
        let lazy: Lazy<u32> = Lazy::new();
        let (send, receive) = futures::channel::oneshot::channel();
        thread::scope(|scope| {
            let (begun, begins) = std::sync::mpsc::channel();
            let lazy = &lazy;
            let task = scope.spawn(move || {
                block_on(lazy.get_or_init_async(|| async move {
                    begun.send(()).unwrap();
                    receive.await.unwrap()
                }))
            });
            begins.recv().unwrap();
            let waits = scope.spawn(|| lazy.get_or_init(|| 1));
            thread::sleep(Duration::from_millis(20));
            send.send(7).unwrap();
            assert_eq!((task.join().unwrap(), waits.join().unwrap()), (&7, &7));
        });
    });
}

#[test]
fn a_thread_does_not_wait_for_a_task_that_only_it_can_poll() {
    watchdog(|| {
        let lazy: Lazy<u32> = Lazy::new();
        let mut task = Box::pin(lazy.get_or_init_async(pending::<u32>));
        assert!(poll_once(task.as_mut()).is_pending());
        assert_eq!(lazy.get_or_init(|| 1), &1);
    });
}

#[test]
fn a_leaked_future_locks_the_field_only_until_it_is_cleared() {
    watchdog(|| {
        let mut lazy: Lazy<u32> = Lazy::new();
        let mut task = Box::pin(lazy.get_or_init_async(pending::<u32>));
        assert!(poll_once(task.as_mut()).is_pending());
        std::mem::forget(task);
        lazy.clear();
        assert_eq!(thread::scope(|scope| *scope.spawn(|| lazy.get_or_init(|| 1)).join().unwrap()), 1);
    });
}

#[test]
fn tasks_that_wait_for_each_other_in_a_cycle_do_not_deadlock() {
    fn ask<'l>(this: &'l Lazy<u32>, other: &'l Lazy<u32>, depth: u32) -> Pin<Box<dyn Future<Output = u32> + 'l>> {
        Box::pin(async move {
            *this
                .get_or_init_async(|| async move {
                    pause().await;
                    if depth == 3 { 0 } else { ask(other, this, depth + 1).await + 1 }
                })
                .await
        })
    }
    watchdog(|| {
        let (a, b) = (Lazy::new(), Lazy::new());
        let (from_a, from_b) = block_on(futures::future::join(ask(&a, &b, 0), ask(&b, &a, 0)));
        assert_eq!((Some(&from_a), Some(&from_b)), (a.get(), b.get()));
    });
}
