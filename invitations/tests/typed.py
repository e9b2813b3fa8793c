"""Words and addresses as nobody types them but by accident, or on purpose."""

from hypothesis import strategies as st

PIECES = st.sampled_from(
    ["a", "b@", "@", "example.org", ".", "=?", "?=", "=?utf-8?q?=0d=0aBcc=3Ax?=", "\r\n", "Bcc: x",
     "\u061b", "\u2028", "\x85", "\x0b", "\0", '"', "<", ">", "(", ")", ",", ";", ":", "\\", "[",
     "]", " ", "'", "faß", "bücher", "示例", "\u3002", "\u200b", "\u200c", "\u202e", "xn--", "-",
     "|", "xn--fa-hia", "%", "`", "mailto:", "é", "İ", "\ufb00", "\u2460", "\u0661", "א", "\ud800"]
)  # fmt: skip
LOCAL = st.text("abz09!#$%&'*+/=?^_`{|}~.-", min_size=1, max_size=12)
DOMAIN = st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=3).map(".".join)
ADDRESSES = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.tuples(LOCAL, DOMAIN).map("@".join),
    st.tuples(LOCAL, st.lists(PIECES, max_size=3).map("".join)).map("@".join).map("{}.org".format),
    st.text(max_size=20),
)
LINES = st.text(
    st.one_of(
        st.sampled_from('\r\n\v\f\x1c\x85\u2028\u2029\u200b\u202e\u2066\xa0 =?:;,<>"\\'),
        st.sampled_from("Zenda Форум المنتدى 论坛（）é"),
        st.characters(),
    ),
    max_size=120,
)
