/** How long a sign of typing holds when nobody says more, in milliseconds (CONTRACT 2.4). */
export const typingLasts = 6_000
