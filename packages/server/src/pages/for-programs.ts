/** Whether what stands there is asked for by programs, whom no page helps. Those of the Matrix API answer for themselves. */
export function isForPrograms(path: string): boolean {
	return /^\/(?:oauth2|undo|\.well-known)(?:\/|$)/.test(path) || path === "/health" || path === "/metrics";
}
