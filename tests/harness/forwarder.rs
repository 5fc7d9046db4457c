//! A proxy of TCP connections, as it stands in front of servers of which one is the primary: where it leads
//! to can be changed, or be nowhere.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::watch,
};

/// Where a connection is passed on to.
type Target = Option<SocketAddr>;

/// A proxy on a port of its own, which closes with it. It works on a thread of its own: whoever tests may
/// wait for a program that needs it.
#[derive(Debug)]
pub struct Forwarder {
    address: SocketAddr,
    target: watch::Sender<Target>,
    runtime: Option<Runtime>,
}

impl Forwarder {
    /// One that leads to this server.
    ///
    /// # Panics
    /// Without a free port, or a thread.
    pub fn start(target: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        listener.set_nonblocking(true).expect("a port that is waited for");
        let address = listener.local_addr().expect("an address");
        let (target, seen) = watch::channel(Some(target));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread");
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a port of this thread");
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, seen.clone()));
            }
        });
        Self { address, target, runtime: Some(runtime) }
    }

    /// Where it is reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads there from now on, or nowhere. Connections that are open are cut.
    pub fn lead_to(&self, target: Option<SocketAddr>) {
        self.target.send_replace(target);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        // Waiting for it is not allowed where a test is.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Passes on what comes from either side until one has ended, or the target is another one. A client that
/// cannot be passed on sees its connection closed, as by haproxy.
async fn pass_on(mut client: TcpStream, mut target: watch::Receiver<Target>) {
    let to = *target.borrow_and_update();
    let Some(to) = to else { return };
    let Ok(mut server) = TcpStream::connect(to).await else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok();
    }
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = target.changed() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Error;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// A server that says this letter to everybody.
    async fn saying(letter: u8) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.write_all(&[letter]).await.ok();
                open.push(stream);
            }
        });
        address
    }

    async fn heard(stream: &mut TcpStream) -> Result<u8, Error> {
        stream.read_u8().await
    }

    #[tokio::test]
    async fn connections_follow_the_target() {
        let (first, second) = (saying(b'1').await, saying(b'2').await);
        let forwarder = Forwarder::start(first);
        let connect =
            async || TcpStream::connect(forwarder.address()).await.expect("the forwarder");
        let mut old = connect().await;
        assert_eq!(heard(&mut old).await.ok(), Some(b'1'));
        forwarder.lead_to(Some(second));
        assert!(heard(&mut old).await.is_err(), "it was not cut");
        assert_eq!(heard(&mut connect().await).await.ok(), Some(b'2'));
        forwarder.lead_to(None);
        assert!(heard(&mut connect().await).await.is_err(), "it leads nowhere");
    }
}
