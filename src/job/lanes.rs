//! All pages, many at once: a lane for each host, one for saved pages.
//!
//! - lane: the pages of one host, newest first. The fetcher keeps the host's delay; lanes only see to it that a
//!   slow host with many pages does not keep the others waiting.
//! - stop: once raised, lanes take no new pages; what is under way may end.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::page::{Tools, Tried};
use super::plan::{Task, Work};
use crate::config::Config;
use crate::fetch::Fetcher;

/// Starts the lanes of a plan. Results go to `results`; a lane ends early when nobody takes them any more.
pub(super) fn start(
    tasks: Vec<Task>,
    config: &Config,
    tools: &Tools,
    results: &mpsc::Sender<Tried>,
    stop: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut lanes = JoinSet::new();
    for (host, tasks) in by_host(tasks) {
        let width = width(host.as_deref(), config);
        lanes.spawn(run_lane(tasks, width, tools.clone(), results.clone(), stop.clone()));
    }
    lanes
}

/// Waits until all lanes are through; after a stop, only for what is on the wire, and for the time of grace.
pub(super) async fn finish(
    mut lanes: JoinSet<()>,
    fetcher: Option<Fetcher>,
    mut stop: watch::Receiver<bool>,
    grace: Duration,
) {
    let all = async { while lanes.join_next().await.is_some() {} };
    let too_late = async {
        super::raised(&mut stop).await;
        fetcher.iter().for_each(Fetcher::stop);
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        () = all => {}
        () = too_late => {}
    }
    lanes.abort_all();
}

/// Tries the pages of a lane, so many at once.
pub(super) async fn run_lane(
    tasks: Vec<Task>,
    width: usize,
    tools: Tools,
    results: mpsc::Sender<Tried>,
    stop: watch::Receiver<bool>,
) {
    let (tools, results, stop) = (&tools, &results, &stop);
    let step = |task| async move {
        if !*stop.borrow() && !results.is_closed() {
            // Nobody takes results after the output failed; that error ends the run.
            if let Some(tried) = tools.try_page(task).await {
                let _ = results.send(tried).await;
            }
        }
    };
    stream::iter(tasks).for_each_concurrent(width, step).await;
}

/// Pages under way at once in a lane.
fn width(host: Option<&str>, config: &Config) -> usize {
    match host {
        Some(host) => {
            let special = config.fetch.hosts.get(host).and_then(|host| host.per_host);
            special.unwrap_or(config.fetch.per_host).max(1)
        }
        None => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

/// Lanes in the order in which the sources name their hosts; `None` is the lane of what needs no network.
fn by_host(tasks: Vec<Task>) -> Vec<(Option<String>, Vec<Task>)> {
    let mut lanes: Vec<(Option<String>, Vec<Task>)> = Vec::new();
    let mut index = HashMap::new();
    for task in tasks {
        let host = match &task.work {
            Work::Fetch(url) => url.host_str().map(str::to_owned),
            Work::Read(..) | Work::Refuse(_) => None,
        };
        let at = *index.entry(host.clone()).or_insert_with(|| {
            lanes.push((host, Vec::new()));
            lanes.len() - 1
        });
        lanes[at].1.push(task);
    }
    for (_, tasks) in &mut lanes {
        // Stable: pages without a date keep the order of their source, after those with one.
        tasks.sort_by_key(|task| std::cmp::Reverse(task.published));
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(url: &str, published: i64) -> Task {
        let work = Work::Fetch(url.parse().unwrap());
        let published = jiff::Timestamp::from_second(published).ok().filter(|_| published > 0);
        Task {
            key: url.into(),
            source: url.into(),
            work,
            standing: None,
            published,
            origin: String::new(),
            ticket: None,
        }
    }

    #[test]
    fn every_host_has_its_lane_with_the_newest_first() {
        let tasks = vec![
            task("https://a.example/old", 1),
            task("https://b.example/1", 0),
            task("https://a.example/undated", 0),
            task("https://a.example/new", 2),
            task("https://b.example/2", 0),
        ];
        let lanes = by_host(tasks);
        let keys = |at: usize| lanes[at].1.iter().map(|task| task.key.as_str()).collect::<Vec<_>>();
        assert_eq!(keys(0), ["https://a.example/new", "https://a.example/old", "https://a.example/undated"]);
        assert_eq!(keys(1), ["https://b.example/1", "https://b.example/2"]);
    }
}
