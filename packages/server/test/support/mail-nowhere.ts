import type { EmailConfig } from "../../src/config/index.ts";

/** Where nobody takes letters, so that the pages are there and whatever is sent waits. */
export const mailNowhere: EmailConfig = {
	...{ host: "127.0.0.1", port: 9, security: "none", from: "accounts@example.org" },
};
