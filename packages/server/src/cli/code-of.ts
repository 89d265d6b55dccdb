/** What the system calls it; rethrows what is no failure of the system. */
export function codeOf(error: unknown): string {
	const { code } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
	if (code === undefined) throw error;
	return code;
}
