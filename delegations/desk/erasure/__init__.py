"""What was collected for a meeting alone is erased once its time has come: names, photos, needs.

An edition says how many months after its last day (``ForumEdition.erased_after``); empty, as it is
at first, means never. The day is told on the first page thirty days before, moves with the dates
of the edition, and never comes sooner than thirty days after whatever brought it forward: months,
or a last day, typed right or wrong. Whoever has the right may erase at once, with a reason, once
the edition is over; what is typed after that goes each night.

**What goes** is listed in ``kinds.py``, what repeats it in histories in ``histories.py``. What an
organization keeps in its archive stays: letters, replies with who gave them, statements, the list
of speakers, what came in, and who did what to all of these, and when.

**Figures stay.** The row of a delegate stays, with delegation, role, and woman or man, and names
nobody any more. So each list, export and figure counts the same rows by the same rules before and
after, also if a State regrets later; counts frozen beside the rows would have to be kept in step
with them. By name alone a speaker is found among the delegates: that is told on the row as it is
erased (``Delegate.spoke``). What stays of a head or speaker can be guessed to be a known person's:
it is their State, their role, and woman or man.

**It can be run twice and killed at any place.** One row (``Erasure``) is begun for an edition, and
is locked by whoever works at it; each batch finds what is left in the tables, and commits its
counts with it. Another server waits for the lock and finds less. The edition's history gets one
row when nothing is left. A backup from before brings the data back, and with them the date: once
it is armed and takes the place, the next night erases again. A copy by itself begins nothing.

**One person's own request** goes by the same rules, from the page of one record
(``one_person.py``).

**Links and codes end** when an erasure begins, or earlier, some days after the last day
(``have_links_ended``): no page of an office shows what is still to go.

**It waits** while something is owed to an office, or is being taken out (``owed.py``).
"""
