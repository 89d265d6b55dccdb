/** Why a server did not answer, behind "The server does not answer"; by what the system calls it. */
export const networkWords = {
	noHost: (host: string) => `: there is no host ${host}`,
	refused: ": nothing listens there",
	late: ": it took too long",
	certificate: (code: string) => `: its certificate is not to be trusted (${code})`,
	noTls: ": it speaks no https there; if that is meant, write http:// before its name",
	other: (code: string) => ` (${code})`,
} as const;
