/**
 * One value in `application/x-www-form-urlencoded` (RFC 6749 Appendix B), as the URL standard writes it: letters, digits
 * and `*-._` stay. Some libraries escape those as well; it decodes to the same, but providers that forget to decode
 * (there are some) then refuse every client id with a `-` in it.
 */
export function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}
