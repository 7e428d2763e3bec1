/** Where the owner of a Google Cloud project works. */
export const GOOGLE_CONSOLE = 'https://console.cloud.google.com';
/** Where an administrator of a Google Workspace organisation works. */
export const GOOGLE_ADMIN = 'https://admin.google.com';
