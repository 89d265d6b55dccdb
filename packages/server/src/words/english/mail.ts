export const mail = {
	"test-subject": "A test letter from {server}",
	"test-text": "The server {server} can send mail. Somebody who runs it wanted to know.",
} as const;
