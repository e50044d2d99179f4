import { Menu } from 'electron'

/** None where the page draws its own title bar; on a Mac the least that copying, hiding and quitting need. Keys are the page's. */
export function setMenu(): void {
  Menu.setApplicationMenu(process.platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]) : null)
}
