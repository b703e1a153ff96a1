//! What people write under "Who may", and whom it lets in.

use super::*;

#[test]
fn those_who_may_are_read_as_people_write_them() {
    for (text, expected) in [
        ("admin only", "role:admin"),
        ("Admins", "role:admin"),
        ("manager, admin", "role:manager role:admin"),
        ("`manager` / owner", "role:manager owner"),
        ("Role: store manager", "role:store_manager"),
        ("ROLE_ADMIN", "role:admin"),
        ("public", "anyone"),
        ("None", "| None"),
        ("no access", "| no access"),
        ("admin, none", "| admin, none"),
        ("no login", "anyone"),
        ("authenticated", "token"),
        ("Yes (JWT)", "token"),
        ("any authenticated user", "signed_in"),
        ("Yes (admin only)", "role:admin"),
        ("JWT (admin, clerk)", "role:admin role:clerk"),
        ("yes (bearer token required)", "token"),
        ("yes (own rows)", "owner"),
        ("public (published only)", "| public (published only)"),
        ("public (no auth)", "anyone"),
        ("public (key required)", "| public (key required)"),
        ("yes (admin where `a = 1`)", "| yes (admin where `a = 1`)"),
        ("public, admin", "anyone role:admin"),
        ("public, admins only", "role:admin"),
        ("yes (see the plan of 2020)", "| yes (see the plan of 2020)"),
        ("manager (own team)", "| manager (own team)"),
        ("yes (JWT) for admins", "| yes (JWT) for admins"),
        ("Auth + admin", "role:admin"),
        ("Bearer token, role admin", "role:admin"),
        ("user and admin", "role:admin"),
        ("user, admin", "token role:admin"),
        ("yes, own records", "owner"),
        ("public and admin", "role:admin"),
        ("yes, mfa:2", "| mfa:2"),
        ("admin + mfa:2", "| mfa:2"),
        ("admin, mfa:2", "role:admin | mfa:2"),
        ("any user, except interns", "| any user, except interns"),
        ("users without debts", "| users without debts"),
        ("admin, not clerk", "| admin, not clerk"),
        ("anyone if open", "| anyone if open"),
        ("any user, -interns", "| -interns"),
        ("-", ""),
        ("", ""),
        ("nobody", "nobody"),
        ("depends on what the plan says", "| depends on what the plan says"),
        ("read:tasks", "| read:tasks"),
        ("anyone, signed in or not", "anyone"),
        ("the owner of the row, or a user with the role `x_2`", "owner role:x_2"),
        ("anyone, signed in or not where `a = 'b, or c'`, or nobody", "anyone{a = 'b, or c'} nobody"),
        ("anyone who is signed in where `` a = '`' ``", "signed_in{a = '`'}"),
    ] {
        let who = read(text);
        let mut told: Vec<String> = who
            .ones
            .iter()
            .map(|(one, condition)| {
                let one = match one {
                    One::Nobody => "nobody".to_owned(),
                    One::Anyone => "anyone".to_owned(),
                    One::NoSignIn => "no_sign_in".to_owned(),
                    One::SignedIn => "signed_in".to_owned(),
                    One::Token => "token".to_owned(),
                    One::Owner => "owner".to_owned(),
                    One::Role(role) => format!("role:{role}"),
                };
                condition.as_ref().map_or(one.clone(), |condition| format!("{one}{{{condition}}}"))
            })
            .collect();
        told.extend(who.unread.iter().map(|word| format!("| {word}")));
        assert_eq!(told.join(" "), expected, "{text}");
    }
}
