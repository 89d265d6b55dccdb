/**
 * For servers that stand in between or at the end in a test: whoever calls them gives idle connections up, they never
 * do. Node's own server would after five seconds, also with a request on the way that it has not read yet, as happens
 * on a busy machine; and a request that is lost like that nobody may send again.
 */
export const keptConnections = { keepAliveTimeout: 600_000 } as const;
