//! Attempts over real sockets, against receivers of every bad character.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod calling;
#[cfg(test)]
mod judging;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod secure;
