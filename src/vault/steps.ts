/** Points at which a test may hold, fail or end the process. The list is complete: nothing else can be interrupted. */
export const STEPS = [
  'caller.read', // a key and its permissions are read, memory is not filled yet
  'draw.read', // the rows of a draw are read, memory is not filled yet
  'refresh.leased', // this instance holds the account's lease
  'refresh.intended', // it is durable that a refresh token is about to be sent
  'refresh.answered', // the provider has answered, nothing is stored yet
  'refresh.stored', // the token is stored, nobody has it yet
  'consent.claimed', // a state is used up, the code is not exchanged yet
  'consent.answered', // the code is exchanged, nothing is stored yet
  'consent.stored', // the grant is stored, the browser has no answer yet
  'write.concluding', // a management write has changed its rows and takes the lock next
  'write.locked', // a management write holds the exclusive lock and has not committed
] as const;

export type Step = (typeof STEPS)[number];

/** Called at each step; in service it does nothing. */
export type Failpoints = (step: Step) => void | Promise<void>;

/** The failpoints of a process in service. */
export const noFailpoints: Failpoints = () => undefined;
