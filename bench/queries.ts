/** What subscribers of `chat` ask for, of Arpeggio and of the peers. */
export const QUERY = 'subscription($id:ID!){contextChanged(id:$id){... on Delta{version delta}}}';
export const PEER_QUERY = 'subscription($id:ID!){contextChanged(id:$id){version delta}}';
