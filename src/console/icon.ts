/** The picture of a page's tab, a key: without one, browsers ask for /favicon.ico. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#fff" stroke-width="3">
<rect width="32" height="32" rx="7" fill="#2a56c6" stroke="none"/>
<circle cx="11.5" cy="16" r="4.5"/><path d="M16 16h10v5M21 16v4"/>
</svg>
`;
