//! HTTP/1.1 by hand: one connection, one request after the other. A full client would take
//! processor time from the server it measures, which runs on the same cores.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, ops::Range, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How long anything may take that is not measured.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A kept-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// An answer with everything in it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Where the parts of an answer lie in the buffer.
struct Parts {
    status: u16,
    head: usize,
    body: Body,
}

enum Body {
    Whole(Range<usize>),
    Chunks(Vec<Range<usize>>),
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await??;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024], filled: 0 })
    }

    /// Sends a request and waits for the whole answer, of which only the status is wanted.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome<u16> {
        Ok(self.exchange(request).await?.status)
    }

    /// The same, and the answer.
    pub(crate) async fn fetch(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.fetch_within(request, PATIENCE).await
    }

    /// The same, with another patience.
    pub(crate) async fn fetch_within(
        &mut self,
        request: &[u8],
        patience: Duration,
    ) -> Outcome<Answer> {
        let parts = tokio::time::timeout(patience, self.exchange(request)).await??;
        let text = |range: Range<usize>| String::from_utf8_lossy(&self.buffer[range]).into_owned();
        let head = text(0..parts.head);
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let body = match parts.body {
            Body::Whole(range) => text(range),
            Body::Chunks(ranges) => ranges.into_iter().map(text).collect(),
        };
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Answer { status: parts.status, headers, body })
    }

    async fn exchange(&mut self, request: &[u8]) -> Outcome<Parts> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let head = self.read_head().await?;
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .ok_or("an answer without a status")?;
        let length = header(text, "content-length").map(str::parse::<usize>).transpose()?;
        let chunked = header(text, "transfer-encoding").is_some();
        let body = match length {
            // These never have a body, whatever their headers say.
            _ if status == 204 || status == 304 => Body::Whole(head..head),
            Some(length) => {
                self.read_until(head + length).await.map(|()| Body::Whole(head..head + length))?
            }
            None if chunked => Body::Chunks(self.read_chunks(head).await?),
            None => return Err("an answer without a length".into()),
        };
        Ok(Parts { status, head, body })
    }

    /// Reads up to the empty line; where the body begins.
    async fn read_head(&mut self) -> Outcome<usize> {
        let mut searched: usize = 0;
        loop {
            let from = searched.saturating_sub(3);
            let end =
                self.buffer[from..self.filled].windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                return Ok(from + end + 4);
            }
            searched = self.filled;
            self.read_more().await?;
        }
    }

    async fn read_until(&mut self, end: usize) -> Outcome {
        while self.filled < end {
            self.read_more().await?;
        }
        Ok(())
    }

    async fn read_chunks(&mut self, mut at: usize) -> Outcome<Vec<Range<usize>>> {
        let mut chunks = Vec::new();
        loop {
            let line = loop {
                let found =
                    self.buffer[at..self.filled].windows(2).position(|window| window == b"\r\n");
                match found {
                    Some(length) => break at + length,
                    None => self.read_more().await?,
                }
            };
            let size = std::str::from_utf8(&self.buffer[at..line])?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default(), 16)?;
            let begin = line + 2;
            self.read_until(begin + size + 2).await?;
            if size == 0 {
                return Ok(chunks);
            }
            chunks.push(begin..begin + size);
            at = begin + size + 2;
        }
    }

    async fn read_more(&mut self) -> Outcome {
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..]).await? {
            0 => Err("the server has closed the connection".into()),
            read => {
                self.filled += read;
                Ok(())
            }
        }
    }
}

/// The value of the header `name`, which is in lower case.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
