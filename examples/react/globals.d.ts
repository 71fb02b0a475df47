/** The server's address, put in by vite.config.ts. */
declare const SWITCHBOARD_URL: string
