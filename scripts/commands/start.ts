/** `npm start`: builds the page, starts workerd and the page's server, prints the address. */
import '../../browser-demo/start.ts'
