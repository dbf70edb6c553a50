//! A removal listener of an async program: it sends what it hears to a task.

use memokit::{Cache, RemovalCause};
use tokio::sync::mpsc::unbounded_channel;

#[test]
fn a_task_hears_removals_through_a_channel() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let heard = runtime.block_on(async {
        let (send, mut receive) = unbounded_channel();
        let cache: Cache<u32, String> = Cache::builder()
            .lru(2)
            .removal_listener(move |key, value: &String, cause| _ = send.send((*key, value.clone(), cause)))
            .build();
        let listener = tokio::spawn(async move {
            let mut heard = Vec::new();
            while let Some(removal) = receive.recv().await {
                heard.push(removal);
            }
            heard
        });
        for key in 0..3 {
            cache.get_or_insert_async(key, async { key.to_string() }).await;
        }
        cache.insert(2, "two".into());
        cache.remove(&1);
        drop(cache);
        listener.await.unwrap()
    });
    let removals = [
        (0, "0".to_owned(), RemovalCause::Evicted),
        (2, "2".to_owned(), RemovalCause::Replaced),
        (1, "1".to_owned(), RemovalCause::Removed),
    ];
    assert_eq!(heard, removals);
}
