/** The two words the embedding page and the widget say to each other. They carry no data. */

export const closeRequest = 'yingshang:close'
export const openedNotice = 'yingshang:opened'
