//! State machines as tables: from which state which move leads where.

/// Where a move leads from a state, if it is possible there.
pub fn after<S: Copy + PartialEq, M: Copy + PartialEq>(
    moves: &[(S, M, S)],
    from: S,
    wanted: M,
) -> Option<S> {
    let found = moves.iter().find(|(state, one, _)| (*state, *one) == (from, wanted));
    found.map(|(.., to)| *to)
}

/// The moves that are possible in a state, in the order of the table.
pub fn possible<S: Copy + PartialEq, M: Copy>(
    moves: &'static [(S, M, S)],
    from: S,
) -> impl Iterator<Item = M> {
    moves.iter().filter(move |(state, ..)| *state == from).map(|(_, one, _)| *one)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVES: &[(u8, char, u8)] = &[(0, 'a', 1), (0, 'b', 2), (1, 'b', 2)];

    #[test]
    fn a_move_leads_on_where_it_is_possible() {
        assert_eq!((after(MOVES, 0, 'b'), after(MOVES, 1, 'a')), (Some(2), None));
        assert_eq!(possible(MOVES, 0).collect::<Vec<_>>(), ['a', 'b']);
        assert_eq!(possible(MOVES, 2).count(), 0);
    }
}
